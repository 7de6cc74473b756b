"""The one volume and the one mask that all files hold, and where their voxels lie."""

import dataclasses
import functools
import itertools

import numpy

SIDES = (20, 16, 12)
LABELS = 3
SPACING = (0.9765625, 1.46484375, 1.953125)
"""In mm. Multiples of 1/1024 m: 32-bit floats hold them exactly in metres, millimetres and micrometres."""


@dataclasses.dataclass(frozen=True)
class Grid:
    """Where voxels lie, in mm of a world whose x, y and z point to the left, the back and the head (LPS).

    All three values are by axis: width, height, depth. `directions` are the unit vectors of one step along each.
    """

    spacing: tuple = SPACING
    origin: tuple = (-64.5, 32.25, 100.0)
    directions: tuple = ((1, 0, 0), (0, 1, 0), (0, 0, 1))

    @property
    def steps(self):
        """The matrix whose columns are the steps along each axis."""
        return numpy.array(self.directions, float).T * self.spacing

    @property
    def affine(self):
        """The matrix from voxels to the world of NIfTI, whose x and y point to the right and the front."""
        affine = numpy.eye(4)
        affine[:3, :3], affine[:3, 3] = self.steps, self.origin
        return numpy.diag([-1.0, -1.0, 1.0, 1.0]) @ affine

    def moved(self, *millimetres):
        """The same grid elsewhere."""
        return dataclasses.replace(self, origin=tuple(float(a + b) for a, b in zip(self.origin, millimetres)))


@dataclasses.dataclass(frozen=True)
class Turn:
    """Another order of the same voxels: the old axes (0 is width) of the new ones, and which new ones are reversed."""

    axes: tuple = (0, 1, 2)
    flips: tuple = (False, False, False)

    def __str__(self):
        return "".join(("-" if flip else "+") + "xyz"[axis] for axis, flip in zip(self.axes, self.flips))


TURNS = [Turn(axes, flips) for axes in itertools.permutations(range(3))
         for flips in itertools.product((False, True), repeat=3)]


@dataclasses.dataclass(frozen=True)
class Image:
    """Voxels (depth, height, width) and their places."""

    voxels: numpy.ndarray
    grid: Grid

    @property
    def sides(self):
        """The number of voxels by width, height, depth."""
        return self.voxels.shape[::-1]

    def turned(self, turn):
        """The same world in another order of its voxels."""
        steps, origin = self.grid.steps, numpy.array(self.grid.origin)
        voxels = self.voxels.transpose([2 - axis for axis in reversed(turn.axes)])
        directions = []
        for place, (axis, flip) in enumerate(zip(turn.axes, turn.flips)):
            direction = numpy.array(self.grid.directions[axis], float)
            if flip:
                voxels = numpy.flip(voxels, 2 - place)
                origin = origin + steps[:, axis] * (self.sides[axis] - 1)
                direction = -direction
            directions.append(tuple(float(value) for value in direction))
        grid = Grid(tuple(self.grid.spacing[axis] for axis in turn.axes), tuple(map(float, origin)), tuple(directions))
        return Image(voxels, grid)

    def on(self, grid):
        """The same voxels elsewhere; the distances between them stay those of this image's axes."""
        return Image(self.voxels, dataclasses.replace(grid, spacing=self.grid.spacing))

    def with_voxel(self, value, *place):
        """The image with one voxel changed; the place is depth, height, width."""
        voxels = self.voxels.copy()
        voxels[place] = value
        return Image(voxels, self.grid)


RANGES = {"signed": (-1024, 3072), "unsigned": (0, 4096), "byte": (0, 256), "signed byte": (-128, 128),
          "large": (0, 60_000)}
"""Intensities by what a type can hold: from the first up to, without, the second."""


@functools.cache
def scan(values="signed"):
    """The volume, with intensities of a range that both ends of occur."""
    low, high = RANGES[values]
    z, y, x = numpy.indices(SIDES[::-1])
    wave = 0.5 + 0.2 * numpy.sin(x / 3 + z / 4) + 0.2 * numpy.cos(y / 2 - z / 5)
    noise = numpy.random.default_rng(7).uniform(-0.1, 0.1, wave.shape)
    voxels = (low + (high - low) * (wave + noise)).astype(numpy.int64)
    voxels[0, 0, :2] = low, high - 1
    return Image(voxels, Grid())


@functools.cache
def mask():
    """The labels of the volume's structures, 0 to 2; none of its axes or ends is like another."""
    z, y, x = numpy.indices(SIDES[::-1])
    square = ((x - 12) / 6) ** 2 + ((y - 6) / 5) ** 2 + ((z - 4) / 3) ** 2
    return Image(numpy.select([square < 0.3, square < 1], [2, 1], 0).astype(numpy.int64), Grid())


def rotation(*degrees):
    """The directions of a grid turned about x, y and z by angles that are not right ones."""
    turned = numpy.eye(3)
    for axis, angle in enumerate(numpy.radians(degrees)):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        step = numpy.eye(3)
        step[a, a] = step[b, b] = numpy.cos(angle)
        step[b, a] = numpy.sin(angle)
        step[a, b] = -step[b, a]
        turned = step @ turned
    return tuple(tuple(float(value) for value in turned[:, axis]) for axis in range(3))
