// A forward server of the library that Fluentd's project gives for Node.js: prints what it takes, a line of JSON each.
const { FluentServer } = require("@fluent-org/logger");
const [port, key] = process.argv.slice(2);
const server = new FluentServer({
  listenOptions: { port: Number(port), host: "127.0.0.1" },
  ...(key ? { security: { serverHostname: "peer", sharedKey: key, authorize: false } } : {}),
});
server.on("entry", (tag, time, record) => console.log(JSON.stringify({ tag, time, record })));
server.listen();
