"""Zipkin's protocol: v1 and v2 in JSON, v2 in protobuf, v1 in Thrift."""
