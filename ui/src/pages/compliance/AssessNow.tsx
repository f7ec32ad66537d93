import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type AskError, fetchJson, questionUrl, useAsk } from "@/api/client";
import type { Assessment } from "./results";

const LISTED_MILLISECONDS = [500, 1_500, 4_000];

/** A button that assesses a framework, says how far that is, and goes to what it came to. */
export function AssessNow({ framework, small = false }: { framework: string; small?: boolean }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const run = useMutation<Assessment | undefined, AskError>({
    mutationFn: async () => {
      const answer = await fetchJson<{ assessments: Assessment[] }>("/api/v1/compliance/assessments", {
        method: "POST",
        body: JSON.stringify({ frameworks: [framework] }),
        headers: { "Content-Type": "application/json" },
      });
      return answer.assessments[0];
    },
    onSuccess: (made) => {
      if (!made) return;
      // It is kept, and can be asked for a moment later: until then what was answered stands for it.
      const path = "/api/v1/compliance/assessments/{id}";
      queries.setQueryData([path, questionUrl(path, { path: { id: made.id } })], made);
      for (const wait of LISTED_MILLISECONDS)
        setTimeout(() => void queries.invalidateQueries({ queryKey: ["/api/v1/compliance/scores"] }), wait);
      void navigate({ to: "/compliance/$framework", params: { framework }, search: { assessment: made.id } });
    },
  });
  if (run.isPending) return <Progress framework={framework} small={small} />;
  return (
    <span className="row wrap">
      {run.error && (
        <span className="bad small-text" role="alert">
          {run.error.message}
          {run.error.hint && `: ${run.error.hint}`}
        </span>
      )}
      <button type="button" className={small ? "button small" : "button"} onClick={() => run.mutate()}>
        Assess now
      </button>
    </span>
  );
}

function Progress({ framework, small }: { framework: string; small: boolean }) {
  const { data } = useAsk("/api/v1/compliance/progress", {}, { refetchInterval: 400 });
  const { done = 0, of = 0, check = "" } = data ?? {};
  return (
    <span className="row assessing" role="status">
      <progress aria-label={`Assessing ${framework}`} {...(of ? { value: done, max: of } : {})} />
      <span className="quiet small-text number">
        {of ? `${done} of ${of} checks` : "Assessing"}
        {check && <span className={small ? "unseen" : ""}>, now {check}</span>}
      </span>
    </span>
  );
}
