"""Projection and polygons, computed without the viewer, plainly."""

from __future__ import annotations

from typing import Any

import numpy as np


def inside_polygon(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Even-odd rule, one edge at a time: written for this test, slow and plain."""
    x, y = points[:, 0], points[:, 1]
    inside = np.zeros(len(points), dtype=bool)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        crosses = (y1 > y) != (y2 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def normalised(embedding: np.ndarray) -> np.ndarray:
    """The embedding as the dataset folder says: centred, scaled to [-1, 1] by its longer side."""
    low, high = embedding.min(axis=0), embedding.max(axis=0)
    return (embedding - (low + high) / 2) / ((high - low).max() / 2)


def on_screen(
    points: np.ndarray, camera: dict[str, Any], width: float, height: float
) -> np.ndarray:
    """Project by a camera; planar: zoom 1 shows [-1, 1] over the shorter side of the view."""
    if camera["mode"] == "orbit":
        return _on_screen_in_3d(points, camera, width, height)
    scale = camera["zoom"] * min(width, height) / 2
    x = width / 2 + (points[:, 0] - camera["target"][0]) * scale
    y = height / 2 - (points[:, 1] - camera["target"][1]) * scale
    return np.column_stack([x, y])


def _on_screen_in_3d(
    points: np.ndarray, camera: dict[str, Any], width: float, height: float
) -> np.ndarray:
    """Perspective with a vertical field of view of 45 degrees, narrowed by the zoom."""
    position, target, up = (np.array(camera[key], float) for key in ("position", "target", "up"))
    back = position - target
    back /= np.linalg.norm(back)
    right = np.cross(up, back)
    right /= np.linalg.norm(right)
    above = np.cross(back, right)
    from_camera = points - position
    depth = -(from_camera @ back)
    reach = camera["zoom"] / np.tan(np.radians(45) / 2) * height / 2 / depth
    x = width / 2 + (from_camera @ right) * reach
    y = height / 2 - (from_camera @ above) * reach
    return np.column_stack([x, y])
