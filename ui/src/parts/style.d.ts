import "react";

declare module "react" {
  interface CSSProperties {
    "--swatch"?: string;
    "--least"?: string;
  }
}
