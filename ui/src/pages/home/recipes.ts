/** How to send telemetry from each language: what is copied and typed. */
export type Recipe = { name: string; about: string; code: string };

/** Where services send to: the host that this page came from, and the ports of OTLP. */
export type Target = { host: string; grpc: number; http: number };

/** The recipes for a target, with nothing to fill in but the name of the service. */
export function recipes({ host, grpc, http }: Target): Recipe[] {
  const http_ = `http://${host}:${http}`;
  return [
    {
      name: "Python",
      about: "Instruments Flask, Django, FastAPI, requests, databases and more without a change of code.",
      code: `pip install opentelemetry-distro opentelemetry-exporter-otlp
opentelemetry-bootstrap -a install

export OTEL_SERVICE_NAME=my-service
export OTEL_EXPORTER_OTLP_ENDPOINT=http://${host}:${grpc}
opentelemetry-instrument python app.py`,
    },
    {
      name: "Node",
      about: "Instruments Express, Fastify, HTTP, databases and more without a change of code.",
      code: `npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node

export OTEL_SERVICE_NAME=my-service
export OTEL_EXPORTER_OTLP_ENDPOINT=${http_}
export OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp
node --require @opentelemetry/auto-instrumentations-node/register app.js`,
    },
    {
      name: "Go",
      about: "go get go.opentelemetry.io/otel/sdk go.opentelemetry.io/contrib/exporters/autoexport, then in main:",
      code: `exporter, err := autoexport.NewSpanExporter(ctx)
if err != nil {
	log.Fatal(err)
}
provider := trace.NewTracerProvider(trace.WithBatcher(exporter)) // go.opentelemetry.io/otel/sdk/trace
defer provider.Shutdown(ctx)
otel.SetTracerProvider(provider)

// OTEL_SERVICE_NAME=my-service OTEL_EXPORTER_OTLP_ENDPOINT=${http_} ./my-service`,
    },
    {
      name: "Java",
      about: "The agent instruments Spring, JDBC, HTTP clients and more without a change of code.",
      code: `curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar

export OTEL_SERVICE_NAME=my-service
export OTEL_EXPORTER_OTLP_ENDPOINT=${http_}
java -javaagent:opentelemetry-javaagent.jar -jar app.jar`,
    },
    {
      name: "Collector",
      about: "Add Assay to the exporters of a Collector that runs already; nothing else has to change.",
      code: `exporters:
  otlp/assay:
    endpoint: ${host}:${grpc}
    tls: { insecure: true }
service:
  pipelines:
    traces: { receivers: [otlp], exporters: [otlp/assay] }
    metrics: { receivers: [otlp], exporters: [otlp/assay] }
    logs: { receivers: [otlp], exporters: [otlp/assay] }`,
    },
    {
      name: "curl",
      about: "One span without any SDK, to see that it arrives.",
      code: `NOW=$(date +%s)
curl -s ${http_}/v1/traces -H 'Content-Type: application/json' -d '{"resourceSpans": [{
  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my-service"}}]},
  "scopeSpans": [{"spans": [{"name": "hello", "kind": 2,
    "traceId": "'$(openssl rand -hex 16)'", "spanId": "'$(openssl rand -hex 8)'",
    "startTimeUnixNano": "'$NOW'000000000", "endTimeUnixNano": "'$NOW'250000000"}]}]}]}'`,
    },
  ];
}
