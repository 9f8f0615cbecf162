"""The tower page: figures, map, queue and detail of the selected case, brushed together."""
