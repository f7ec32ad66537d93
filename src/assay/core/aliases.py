"""Attributes that the semantic conventions have renamed: one table, so that a question finds one under any of its names.

Source: the renames in OpenTelemetry's schema file 1.44.0 and the deprecations in its attribute registry. A group has only names
whose values have the same meaning and, as text, the same form. Of `db.system.name`, `gen_ai.provider.name`, `rpc.system.name`
and `messaging.operation.type` a few values were renamed as well, and `db.namespace` may have a schema behind the database;
values are compared as they were sent. Left out are:

- what was split or joined: http.target (url.path and url.query), http.flavor, http.host, code.function and code.namespace
  (code.function.name is qualified), rpc.service and rpc.method;
- what has another form: net.transport (ip_tcp is tcp now), rpc.grpc.status_code (a number is a word now), enduser.role and
  container.image.tag (lists now), messaging.protocol (upper case), http.*_content_length_uncompressed (body.size is of what was
  transferred), rpc.*.metadata and *.labels (families of keys);
- what depends on the side: net.peer.name, net.peer.port and server.socket.* (on a client's span of the server, on a server's of
  the client), messaging.rocketmq.client_group;
- what stands beside the new name on one span: http.server_name, tls.client.server_name (server.address), enduser.id (user.id);
- what is too general outside of one metric: state, type, direction, device, pool, pool.name and the like, system.device.
"""

from __future__ import annotations

_FORMERLY = "library"
FORMER_SCOPE = {"otel.scope.name": f"otel.{_FORMERLY}.name", "otel.scope.version": f"otel.{_FORMERLY}.version"}
"""What describes a scope, with the names from when a scope was called a library."""

ALIASES: tuple[tuple[str, ...], ...] = (
    # HTTP and URL
    ("http.request.method", "http.method"),
    ("http.request.body.size", "http.request_content_length"),
    ("http.request.resend_count", "http.resend_count", "http.retry_count"),
    ("http.response.status_code", "http.status_code"),
    ("http.response.body.size", "http.response_content_length"),
    ("url.full", "http.url"),
    ("url.scheme", "http.scheme"),
    ("user_agent.original", "http.user_agent", "browser.user_agent"),
    # Network
    ("client.address", "http.client_ip"),
    ("server.address", "net.host.name"),
    ("server.port", "net.host.port"),
    ("network.local.address", "net.sock.host.addr", "net.host.ip"),
    ("network.local.port", "net.sock.host.port"),
    ("network.peer.address", "net.sock.peer.addr", "net.peer.ip"),
    ("network.peer.port", "net.sock.peer.port"),
    ("network.protocol.name", "net.protocol.name", "net.app.protocol.name"),
    ("network.protocol.version", "net.protocol.version", "net.app.protocol.version", "messaging.protocol_version"),
    ("network.connection.type", "net.host.connection.type"),
    ("network.connection.subtype", "net.host.connection.subtype"),
    ("network.connection.state", "system.network.state"),
    ("network.carrier.name", "net.host.carrier.name"),
    ("network.carrier.mcc", "net.host.carrier.mcc"),
    ("network.carrier.mnc", "net.host.carrier.mnc"),
    ("network.carrier.icc", "net.host.carrier.icc"),
    ("network.io.direction", "system.network.io.direction"),
    # Databases
    ("db.system.name", "db.system"),
    ("db.query.text", "db.statement"),
    ("db.operation.name", "db.operation"),
    (
        "db.namespace",
        "db.name",
        "db.redis.database_index",
        "db.elasticsearch.cluster.name",
        "db.cassandra.keyspace",
        "db.hbase.namespace",
    ),
    ("db.collection.name", "db.sql.table", "db.mongodb.collection", "db.cassandra.table", "db.cosmosdb.container"),
    ("db.response.status_code", "db.cosmosdb.status_code"),
    ("db.client.connection.state", "db.client.connections.state"),
    ("db.client.connection.pool.name", "db.client.connections.pool.name"),
    ("cassandra.consistency.level", "db.cassandra.consistency_level"),
    ("cassandra.coordinator.dc", "db.cassandra.coordinator.dc"),
    ("cassandra.coordinator.id", "db.cassandra.coordinator.id"),
    ("cassandra.page.size", "db.cassandra.page_size"),
    ("cassandra.query.idempotent", "db.cassandra.idempotence"),
    ("cassandra.speculative_execution.count", "db.cassandra.speculative_execution_count"),
    ("elasticsearch.node.name", "db.elasticsearch.node.name"),
    # Messaging
    ("messaging.operation.type", "messaging.operation"),
    ("messaging.destination.name", "messaging.destination"),
    ("messaging.destination.kind", "messaging.destination_kind"),
    ("messaging.destination.temporary", "messaging.temp_destination"),
    ("messaging.destination.partition.id", "messaging.kafka.destination.partition", "messaging.kafka.partition"),
    ("messaging.destination.subscription.name", "messaging.servicebus.destination.subscription_name"),
    ("messaging.client.id", "messaging.client_id", "messaging.kafka.client_id", "messaging.rocketmq.client_id"),
    ("messaging.consumer.id", "messaging.consumer_id"),
    (
        "messaging.consumer.group.name",
        "messaging.kafka.consumer.group",
        "messaging.kafka.consumer_group",
        "messaging.eventhubs.consumer.group",
    ),
    ("messaging.message.id", "messaging.message_id"),
    ("messaging.message.conversation_id", "messaging.conversation_id"),
    ("messaging.message.body.size", "messaging.message.payload_size_bytes", "messaging.message_payload_size_bytes"),
    ("messaging.message.payload_compressed_size_bytes", "messaging.message_payload_compressed_size_bytes"),
    ("messaging.kafka.offset", "messaging.kafka.message.offset"),
    ("messaging.kafka.message.key", "messaging.kafka.message_key"),
    ("messaging.kafka.message.tombstone", "messaging.kafka.tombstone"),
    ("messaging.rabbitmq.destination.routing_key", "messaging.rabbitmq.routing_key"),
    ("messaging.rocketmq.message.type", "messaging.rocketmq.message_type"),
    ("messaging.rocketmq.message.tag", "messaging.rocketmq.message_tag"),
    ("messaging.rocketmq.message.keys", "messaging.rocketmq.message_keys"),
    # RPC and peers
    ("rpc.system.name", "rpc.system"),
    ("rpc.response.status_code", "rpc.connect_rpc.error_code"),
    ("jsonrpc.request.id", "rpc.jsonrpc.request_id"),
    ("jsonrpc.protocol.version", "rpc.jsonrpc.version"),
    ("service.peer.name", "peer.service"),
    # Code
    ("code.file.path", "code.filepath"),
    ("code.line.number", "code.lineno"),
    ("code.column.number", "code.column"),
    # Where it runs
    ("deployment.environment.name", "deployment.environment"),
    ("telemetry.distro.version", "telemetry.auto.version"),
    *FORMER_SCOPE.items(),
    ("cloud.resource_id", "faas.id"),
    ("faas.invocation_id", "faas.execution"),
    ("container.runtime.name", "container.runtime"),
    ("cpu.logical_number", "system.cpu.logical_number"),
    ("cpu.mode", "system.cpu.state", "process.cpu.state", "container.cpu.state"),
    ("disk.io.direction", "system.disk.io.direction"),
    ("process.context_switch.type", "process.context_switch_type"),
    ("process.executable.build_id.htlhash", "process.executable.build_id.profiling"),
    ("process.state", "system.process.status", "system.processes.status"),
    ("system.memory.linux.slab.state", "linux.memory.slab.state"),
    ("system.paging.fault.type", "system.paging.type", "process.paging.fault_type"),
    ("jvm.thread.daemon", "thread.daemon"),
    ("android.app.state", "android.state"),
    ("ios.app.state", "ios.state"),
    # Azure
    ("azure.client.id", "db.cosmosdb.client_id"),
    ("azure.cosmosdb.connection.mode", "db.cosmosdb.connection_mode"),
    ("azure.cosmosdb.consistency.level", "db.cosmosdb.consistency_level"),
    ("azure.cosmosdb.operation.contacted_regions", "db.cosmosdb.regions_contacted"),
    ("azure.cosmosdb.operation.request_charge", "db.cosmosdb.request_charge"),
    ("azure.cosmosdb.request.body.size", "db.cosmosdb.request_content_length"),
    ("azure.cosmosdb.response.sub_status_code", "db.cosmosdb.sub_status_code"),
    ("azure.resource_provider.namespace", "az.namespace"),
    ("azure.service.request.id", "az.service_request_id"),
    # Changes, feature flags, generative AI
    ("vcs.change.id", "vcs.repository.change.id"),
    ("vcs.change.title", "vcs.repository.change.title"),
    ("vcs.ref.head.name", "vcs.repository.ref.name"),
    ("vcs.ref.head.revision", "vcs.repository.ref.revision"),
    ("vcs.ref.head.type", "vcs.repository.ref.type"),
    ("feature_flag.provider.name", "feature_flag.provider_name"),
    ("feature_flag.result.variant", "feature_flag.variant"),
    ("feature_flag.result.reason", "feature_flag.evaluation.reason"),
    ("feature_flag.error.message", "feature_flag.evaluation.error.message"),
    ("gen_ai.provider.name", "gen_ai.system"),
    ("gen_ai.request.seed", "gen_ai.openai.request.seed"),
    ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    ("openai.request.service_tier", "gen_ai.openai.request.service_tier"),
    ("openai.response.service_tier", "gen_ai.openai.response.service_tier"),
    ("openai.response.system_fingerprint", "gen_ai.openai.response.system_fingerprint"),
)
"""Names of one attribute each, the newest first. A name is in one group at most."""

_GROUPS = {name: group for group in ALIASES for name in group}


def names_of(name: str) -> tuple[str, ...]:
    """Return all names of an attribute: the given one, then its others from the newest to the oldest."""
    return (name, *(other for other in _GROUPS.get(name, ()) if other != name))
