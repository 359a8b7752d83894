"""The client's end of the wire: one node, over HTTPS and one WebSocket."""
