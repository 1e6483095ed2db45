"""`simfaces`: procedural faces whose identity and expression are known exactly.

`person` draws who somebody is, `acting` what the face does, `capture` how it is photographed,
`rendering` the picture. Everything follows from a seed and a key; nothing touches global state.
"""
