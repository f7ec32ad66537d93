import { Clock } from "lucide-react";
import { useState } from "react";
import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { useNow } from "@/parts/now";
import { bounds, formatRange, PRESETS, type Range, rangeBetween } from "@/time";
import { useRange } from "./range";

/** Chooses the time range that the page is about: a preset up to now, or two times in the local zone. */
export function RangePicker() {
  const { range, setRange } = useRange();
  const now = useNow();
  return (
    <DialogTrigger>
      <Button className="button" aria-label={`Time range: ${formatRange(range, now)}`}>
        <Clock size={14} aria-hidden />
        {formatRange(range, now)}
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog aria-label="Time range" style={{ outline: "none" }}>
          {({ close }) => {
            const choose = (next: Range) => {
              setRange(next);
              close();
            };
            return (
              <div className="ranges">
                <div className="presets">
                  {PRESETS.map(([from, title]) => (
                    <button
                      key={from}
                      type="button"
                      className="button plain"
                      aria-pressed={range.to === undefined && range.from === from}
                      onClick={() => choose({ from })}
                    >
                      Last {title}
                    </button>
                  ))}
                </div>
                <Between range={range} now={now} choose={choose} />
              </div>
            );
          }}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Between({ range, now, choose }: { range: Range; now: number; choose: (range: Range) => void }) {
  const [from, to] = bounds(range, now);
  const [start, setStart] = useState(asLocal(from));
  const [end, setEnd] = useState(asLocal(to));
  const valid = Date.parse(start) < Date.parse(end);
  return (
    <form
      className="stack"
      style={{ gap: 8 }}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) choose(rangeBetween(Date.parse(start), Date.parse(end)));
      }}
    >
      <label>
        From
        <input
          className="input"
          type="datetime-local"
          step="1"
          value={start}
          onChange={(event) => setStart(event.target.value)}
        />
      </label>
      <label>
        To
        <input
          className="input"
          type="datetime-local"
          step="1"
          value={end}
          onChange={(event) => setEnd(event.target.value)}
        />
      </label>
      <button type="submit" className="button main" disabled={!valid}>
        Show
      </button>
      <p className="quiet">{Intl.DateTimeFormat().resolvedOptions().timeZone}</p>
    </form>
  );
}

function asLocal(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
