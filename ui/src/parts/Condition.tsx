import { X } from "lucide-react";
import "./filters.css";

/** A condition that holds, and a button that takes it away. */
export function Condition({ text, remove }: { text: string; remove: () => void }) {
  return (
    <span className="condition mono">
      <span className="breakable">{text}</span>
      <button type="button" className="button plain small" aria-label={`Remove ${text}`} onClick={remove}>
        <X size={12} aria-hidden />
      </button>
    </span>
  );
}
