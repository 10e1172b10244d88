"""What the tests of the proof need: certificates, TLS listeners, DNS servers; real ones, on loopback."""
