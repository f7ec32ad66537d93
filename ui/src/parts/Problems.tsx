import { Frame } from "./Panel";

/** Why a file cannot be used; a line of 0 is none. */
type Problem = { file: string; line: number; message: string; hint: string };

/** Files that people wrote and that cannot be used, with what to do about each; nothing if there is none. */
export function Problems({ problems }: { problems: Problem[] | undefined }) {
  if (!problems?.length) return null;
  return (
    <Frame title="Files that cannot be used">
      <ul className="stack" style={{ gap: 10 }}>
        {problems.map(({ file, line, message, hint }) => (
          <li key={`${file}${line}${message}`}>
            <p className="mono breakable">
              {file}
              {line > 0 && `:${line}`}
            </p>
            <p className="bad">{message}</p>
            {hint && <p className="quiet">{hint}</p>}
          </li>
        ))}
      </ul>
    </Frame>
  );
}
