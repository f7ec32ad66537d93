import { Link } from "@tanstack/react-router";
import { Empty } from "@/parts/states";
import { Page } from "@/shell/Page";

/** What is shown at a URL that leads nowhere. */
export function Missing() {
  return (
    <Page title="Nothing here" timeless>
      <div className="panel">
        <Empty title="There is no such page">
          The link may be from another version. <Link to="/">Go to the first page</Link>, or press / to search.
        </Empty>
      </div>
    </Page>
  );
}
