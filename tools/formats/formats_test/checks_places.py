"""Axes that point elsewhere, and masks that lie otherwise than their scans."""

from . import images
from .forms import ByITK, Case, Form, Right, pair
from .metaimage import MetaImage
from .nifti import NIfTI
from .report import group

FIELDS = ("srow", "sform", "quatern", "qform", "pixdim", "TransformMatrix", "orientation")
METAIMAGES = (MetaImage(), ByITK(".mha"))
NIFTIS = (NIfTI(), NIfTI(codes=(0, 1), is_big=True), NIfTI(suffix=".nii.gz", unit="meter", codes=(1, 1)),
          ByITK(".nii.gz"))


def form(writer):
    return Form(f"{type(writer).__name__} {writer.suffix}", writer)


def pairs(seeded):
    """Writers of a scan and its mask: in turn both of one format, and each of the other."""
    while True:
        for scans, masks in ((METAIMAGES, METAIMAGES), (NIFTIS, NIFTIS), (METAIMAGES, NIFTIS), (NIFTIS, METAIMAGES)):
            yield form(seeded.choice(scans)), form(seeded.choice(masks))


@group("the same voxels in any direction train alike")
def directions(seeded, count):
    case = Case()
    grids = {str(turn): case.scan.turned(turn).grid for turn in images.TURNS}
    for degrees in ((1, 0, 0), (20, -35, 50), (90, 45, 0), (0, 0, 179.9)):
        grids[f"turned by {degrees}"] = images.Grid(directions=images.rotation(*degrees))
    forms = pairs(seeded)
    for name, grid in grids.items():
        scan_form, mask_form = next(forms)
        yield pair(f"{name}, {scan_form.name} and {mask_form.name}", case, scan_form, mask_form,
                   scan=case.scan.on(grid), mask=case.mask.on(grid), right=Right.ALIKE)


@group("voxels in another order, with the directions that go with it, train as plain files in that order")
def orders(seeded, count):
    forms = pairs(seeded)
    for turn in seeded.sample(images.TURNS, 24):
        scan_form, mask_form = next(forms)
        yield pair(f"{turn}, {scan_form.name} and {mask_form.name}", Case(turn=turn), scan_form, mask_form,
                   words=FIELDS)


@group("a mask whose voxels are in another order than its scan's, in the same world, trains as in the scan's order")
def other_orders(seeded, count):
    case = Case()
    forms = pairs(seeded)
    for turn in images.TURNS[1:]:
        scan_form, mask_form = next(forms)
        yield pair(f"mask {turn}, {scan_form.name} and {mask_form.name}", case, scan_form, mask_form,
                   mask=case.mask.turned(turn), fault="mask", words=FIELDS)
    oblique = images.Grid(directions=images.rotation(20, -35, 50))
    for turn in seeded.sample(images.TURNS[1:], 8):
        scan_form, mask_form = next(forms)
        yield pair(f"oblique, mask {turn}, {scan_form.name} and {mask_form.name}", case, scan_form, mask_form,
                   scan=case.scan.on(oblique), mask=case.mask.on(oblique).turned(turn), fault="mask", words=FIELDS)
        other = Case(turn=turn)
        yield pair(f"scan {turn}, {scan_form.name} and {mask_form.name}", other, scan_form, mask_form, mask=case.mask,
                   fault="mask", words=FIELDS)


@group("a mask that lies elsewhere than its scan, or has other voxels, is refused, or used with a word in the log")
def elsewhere(seeded, count):
    case = Case()
    mask = case.mask
    forms = pairs(seeded)
    # With the numbers of the scan's placement, if it is written in the other format.
    mirrored = images.Grid(directions=((-1, 0, 0), (0, -1, 0), (0, 0, 1)), origin=(64.5, -32.25, 100.0))
    words = (*FIELDS, "Offset", "ElementSpacing", "resample")
    others = {
        **{f"moved by {moves} mm": (images.Image(mask.voxels, mask.grid.moved(*moves)), words)
           for moves in ((40, 0, 0), (0, -40, 0), (0, 0, 40), (3, 0, 0))},
        "mirrored and moved": (mask.on(mirrored.moved(40, 0, 0)), words),
        "turned by 90 degrees": (mask.on(images.Grid(directions=images.rotation(0, 0, 90))), words),
        "with another spacing": (images.Image(mask.voxels, images.Grid(spacing=(1.0, 1.0, 3.0))), words),
        "without a slice": (images.Image(mask.voxels[:-1], mask.grid), ("voxels", "dim", "DimSize")),
    }
    for name, (other, words) in others.items():
        for _ in range(4):
            scan_form, mask_form = next(forms)
            yield pair(f"{name}, {scan_form.name} and {mask_form.name}", case, scan_form, mask_form, mask=other,
                       fault="mask", words=words, right=Right.REFUSED)
    for _ in range(8):
        scan_form, mask_form = next(forms)
        are_alike = scan_form.writer.suffix.startswith(".nii") == mask_form.writer.suffix.startswith(".nii")
        yield pair(f"mirrored, {scan_form.name} and {mask_form.name}", case, scan_form, mask_form,
                   mask=mask.on(mirrored), fault="mask", words=words,
                   right=Right.REFUSED if are_alike else Right.EITHER, logged=True)
    for _ in range(4):
        scan_form, mask_form = next(forms)
        near = images.Image(mask.voxels, mask.grid.moved(0.001, -0.001, 0.001))
        yield pair(f"moved by a thousandth, {scan_form.name} and {mask_form.name}", case, scan_form, mask_form,
                   mask=near, fault="mask", right=Right.ALIKE)
