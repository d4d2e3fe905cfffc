"""The demonstration: a made-up district beside a sandbox Aeries, and the main job played in front of the reader.

It uses Twinbook only as a person could, over REST and the command line, and the sandbox only over HTTP.
"""
