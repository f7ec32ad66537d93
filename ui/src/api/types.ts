import type { Answer } from "./client";
import type { components } from "./schema";

export type Services = Answer<"/api/v1/services">["services"];
export type Glance = Answer<"/api/v1/services/series">["services"][number];
export type Operation = components["schemas"]["Operation"];
export type ServicePoint = components["schemas"]["ServicePoint"];
export type Edge = components["schemas"]["Edge"];
export type Incident = components["schemas"]["Incident"];
export type KnownEvent = components["schemas"]["KnownEvent"];
export type LogCounts = components["schemas"]["LogCounts"];
export type LogRecord = components["schemas"]["LogRecord"];
export type Measured = components["schemas"]["Measured"];
export type TraceSummary = components["schemas"]["TraceSummary"];
export type Trace = components["schemas"]["Trace"];
export type Span = components["schemas"]["Span"];
export type Described = components["schemas"]["Described"];
export type GateSummary = Answer<"/api/v1/gate-evaluations">["evaluations"][number];
export type BaselineView = components["schemas"]["BaselineView"];
