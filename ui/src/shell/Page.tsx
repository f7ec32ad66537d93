import { type ReactNode, useEffect } from "react";
import { RangePicker } from "./RangePicker";

/** A page: its heading, what it is about, the time range unless it has none, and its content. */
export function Page({
  title,
  about,
  actions,
  timeless = false,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  timeless?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = title === "Home" ? "Assay" : `${title} · Assay`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <h1 className="cut">{title}</h1>
          {about && <div className="about quiet">{about}</div>}
        </div>
        <div className="row wrap">
          {actions}
          {!timeless && <RangePicker />}
        </div>
      </div>
      {children}
    </div>
  );
}
