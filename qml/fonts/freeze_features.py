#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a copy of Inter whose digits all have one width.

Qt 6.4 cannot switch OpenType features on, so "tnum" (digits of one width) and "cv11" (single-storey a) are made the default
glyphs here, the characters of European languages kept, and the family renamed so that an installed Inter does not stand in for it.
Usage: freeze_features.py INPUT OUTPUT FAMILY
"""
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

KEPT = [(0x20, 0x24F), (0x370, 0x3FF), (0x400, 0x45F), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2116, 0x2122), (0x2190, 0x2199),
        (0x2200, 0x22FF), (0x25A0, 0x25FF), (0x2713, 0x2717)]


def substitutions(font, feature):
    gsub = font["GSUB"].table
    lookups = {index for record in gsub.FeatureList.FeatureRecord if record.FeatureTag == feature
               for index in record.Feature.LookupListIndex}
    return {old: new for index in lookups for table in gsub.LookupList.Lookup[index].SubTable
            for old, new in getattr(table, "mapping", {}).items()}


def main(source, target, family):
    font = TTFont(source)
    digits = substitutions(font, "tnum")
    letters = substitutions(font, "cv11")
    for table in font["cmap"].tables:
        for code, glyph in table.cmap.items():
            if chr(code).isdigit():
                table.cmap[code] = digits.get(glyph, glyph)
            else:
                table.cmap[code] = letters.get(glyph, glyph)

    options = subset.Options(layout_features=["kern", "ccmp", "locl", "mark", "mkmk"], name_IDs=[0, 1, 2, 3, 4, 6, 13, 14, 16, 17],
                             hinting=True, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in KEPT for code in range(first, last + 1)])
    subsetter.subset(font)

    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            spaced = record.nameID not in (3, 6)
            record.string = record.toUnicode().replace("Inter", family if spaced else family.replace(" ", ""), 1)
    if "CFF " in font:
        font["CFF "].cff.fontNames[0] = family.replace(" ", "") + font["CFF "].cff.fontNames[0].removeprefix("Inter")
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:4])
