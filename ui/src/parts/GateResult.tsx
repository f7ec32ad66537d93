import { Badge, type Tone } from "./Badge";

const TONES: Record<string, Tone> = { passed: "good", warning: "warn", failed: "bad" };

/** What a gate said; `title` says more on hover. */
export function GateResult({ result, title }: { result: string; title?: string }) {
  return (
    <Badge tone={TONES[result] ?? "plain"} {...(title ? { title } : {})}>
      {result}
    </Badge>
  );
}
