"""What is planted to be noticed: without it, the other groups would show nothing."""

import dataclasses

from . import images
from .bed import Outcome, judge
from .forms import PARTNERS, PLAIN, Case, Form, Right, Variant, pair, variants
from .metaimage import MetaImage
from .nifti import NIfTI
from .report import Wrong, group, require


@group("one voxel that is one more, and one label that is another, are noticed")
def planted(seeded, count):
    places = [(0, 0, 0), (11, 15, 19), tuple(seeded.randrange(side) for side in images.SIDES[::-1])]
    for values in images.RANGES:
        case = Case(values)
        place = places[-1]
        changed = case.scan.with_voxel(case.scan.voxels[place] + 1, *place)
        form = Form("plain", MetaImage(kind="MET_INT"))
        yield pair(f"{values} voxel {place}", case, form, PLAIN, scan=changed, right=Right.OTHER)
    case = Case()
    for form in (PLAIN, Form("plain", NIfTI(suffix=".nii.gz"))):
        for place in places:
            scan = case.scan.with_voxel(case.scan.voxels[place] + 1, *place)
            yield pair(f"{form.writer.suffix} voxel {place}", case, form, form, scan=scan, right=Right.OTHER)
            mask = case.mask.with_voxel((case.mask.voxels[place] + 1) % images.LABELS, *place)
            yield pair(f"{form.writer.suffix} label {place}", case, form, form, mask=mask, right=Right.OTHER)


    for turn in seeded.sample(images.TURNS[1:], 4):
        mask = case.mask.with_voxel((case.mask.voxels[places[-1]] + 1) % images.LABELS, *places[-1]).turned(turn)
        form = Form("plain", NIfTI())
        yield pair(f"turned mask {turn}, label {places[-1]}", case, form, form, mask=mask, right=Right.OTHER)


@group("plain files of all four kinds train alike")
def plain(seeded, count):
    for name, form in PARTNERS.items():
        yield from variants([dataclasses.replace(form, name=f"that goes with {name}", right=Right.ALIKE)])
        yield pair(f"with {name}", Case(), form, PARTNERS[form.writer.suffix], right=Right.ALIKE)


def check_judgement():
    """Raises unless wrong outcomes are judged wrong, and right ones right."""
    course, other = ("sha256:1", ()), ("sha256:2", ())
    message = "scan.nii: datatype is 7"
    outcomes = [
        (Outcome(course), Right.EITHER, True), (Outcome(course), Right.REFUSED, False),
        (Outcome(course), Right.OTHER, False), (Outcome(other), Right.EITHER, False),
        (Outcome(other), Right.ALIKE, False), (Outcome(other), Right.OTHER, True),
        (Outcome(message=message), Right.EITHER, True), (Outcome(message=message), Right.REFUSED, True),
        (Outcome(message=message), Right.ALIKE, False), (Outcome(message=message), Right.OTHER, False),
        (Outcome(message="scan.nii.gz: datatype is 7"), Right.EITHER, False),
        (Outcome(message="otherscan.nii: datatype is 7"), Right.EITHER, False),
        (Outcome(message="scan.nii: bitpix is 7"), Right.EITHER, False), (Outcome(), Right.REFUSED, False),
        (Outcome(message=f"{message} in line 4"), Right.REFUSED, True),
        (Outcome(message=f"{message} in line 5"), Right.REFUSED, False),
    ]
    for outcome, right, is_right in outcomes:
        variant = Variant("planted", Case(), None, ("datatype",), right, lines=[4])
        try:
            judge(variant, {"scan.nii"}, outcome, course)
            found = True
        except Wrong:
            found = False
        require(found == is_right, f"{outcome} is judged {'right' if found else 'wrong'} where {right.name} is right")
