"""One module per deployed Lambda function: wiring only.

``x.py`` is the whole bundle of ``XFunction`` (infra/api.yaml, infra/streams.yaml); whatever
else it needs comes from the domain layer, which is this package's parent without this folder.
"""
