export type Part = { words: string; count: number; colour: string | undefined };

/** How a number is made up, as one bar. */
export function Shares({ parts, label }: { parts: Part[]; label: string }) {
  const some = parts.filter(({ count }) => count > 0);
  const all = some.reduce((sum, { count }) => sum + count, 0);
  const said = some.map(({ words, count }) => `${count} ${words}`).join(", ");
  return (
    <span className="shares" role="img" aria-label={`${label}: ${said}`} title={said}>
      {some.map(({ words, count, colour }) => (
        <span key={words} style={{ width: `${(100 * count) / all}%`, background: colour }} />
      ))}
    </span>
  );
}
