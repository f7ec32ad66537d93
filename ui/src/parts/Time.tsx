import { formatAgo, formatTime, milliseconds } from "@/time";
import { useNow } from "./now";

/** A time of the API in the local zone; UTC with all digits on hover. */
export function Time({
  at,
  exact = "second",
  ago = false,
}: {
  at: string;
  exact?: "minute" | "second" | "millisecond";
  ago?: boolean;
}) {
  const now = useNow();
  const when = milliseconds(at);
  return (
    <time className="number" dateTime={at} title={`${at.replace("T", " ").replace("Z", "")} UTC`}>
      {ago ? formatAgo(when, now) : formatTime(when, now, exact)}
    </time>
  );
}
