"""The studio node's protocol: messages, parts and codec, shared by both ends of the wire."""
