"""Jaeger's protocols: Thrift over HTTP and UDP, and gRPC."""
