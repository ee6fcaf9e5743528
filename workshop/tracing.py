"""From masks to smooth SVG paths in picture units."""

import numpy as np
from scipy import ndimage
from skimage import measure

from workshop.curves import fit_closed, fit_open, path_data


def outlines(mask, grid, blur, smooth, least):
    """Closed outlines of a mask, without specks below an area of `least` square units.

    `blur` and `smooth` are in pixels of the grid.
    """
    field = np.pad(ndimage.gaussian_filter(mask.astype(float), blur), 2)
    for contour in measure.find_contours(field, 0.5):
        points = grid.place(contour[:-1, ::-1] - 2)
        if len(points) >= 12 and abs(signed_area(points)) >= least:
            yield ndimage.gaussian_filter1d(points, smooth, axis=0, mode="wrap")


def signed_area(points):
    x, y = points.T
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def trace(mask, grid, error=0.3, blur=1.2, smooth=2.0, least=40.0):
    """Path data for all outlines of a mask, holes included: fill it with the even-odd rule."""
    return "".join(closed_path(points, error) for points in outlines(mask, grid, blur, smooth, least))


def closed_path(points, error=0.3):
    return path_data(fit_closed(np.asarray(points, float), error), closed=True)


def open_path(points, error=0.3):
    return path_data(fit_open(np.asarray(points, float), error), closed=False)
