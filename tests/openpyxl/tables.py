"""Workbooks as openpyxl writes them, and what openpyxl reads in any workbook, as JSON.

tables.py make FOLDER SEED COUNT   writes so many workbooks, t0.xlsx and so on
tables.py read FILE                prints {"rows": [[cell, ...], ...], "formulas": [...], "hidden": [...]} of the first sheet
"""

import datetime
import json
import random
import sys

import openpyxl

TEXTS = ["a", "Iğdır", " ğüşiöçİ\u00a0", "00359", "3.14e+00", "1E+11", "2026-12-31", "<&>\"'", "two\nlines", "'x", "😀"]
FORMATS = ["General", "00000000", '"FU"00000000', "[Red]0", "0.00", "#,##0"]
DATES = ["dd.mm.yyyy", "yyyy-mm-dd hh:mm", "mmm yy"]


def cell(random):
    kind = random.randrange(7)
    if kind == 0:
        return None, None
    if kind < 3:
        return random.choice(TEXTS), "@"
    if kind == 3:
        return random.choice([0, 7, 359, 12.345, 1234.5, 1 / 3, 123456789012345]), random.choice(FORMATS)
    if kind == 4:
        return random.choice([True, False]), None
    if kind == 5:
        moment = datetime.datetime(2026, 1, 1) + datetime.timedelta(days=random.randrange(700))
        return moment + datetime.timedelta(minutes=random.randrange(2) * 570), random.choice(DATES)
    return random.choice(["#N/A", "#DIV/0!"]), None


def make(folder, seed, count):
    for number in range(count):
        source = random.Random(seed * 1000 + number)
        book = openpyxl.Workbook()
        # Dates as texts of ISO 8601 in every second one, as in Strict OOXML.
        book.iso_dates = number % 2 == 1
        sheet = book.active
        sheet.title = "Liste"
        sheet.append(["Başlık"])
        sheet.append([])
        sheet.append(["note", "title", "free 1", "free 2"])
        for row in range(4, 4 + source.randrange(1, 12)):
            sheet.cell(row, 1, f"r{row}")
            for column in range(2, 5):
                value, code = cell(source)
                written = sheet.cell(row, column, value)
                if code:
                    written.number_format = code
            sheet.row_dimensions[row].hidden = source.random() < 0.2
        book.save(f"{folder}/t{number}.xlsx")


def plain(cell):
    value = cell.value
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return {"date": openpyxl.utils.datetime.to_excel(value)}
    if cell.data_type == "e":
        return {"error": value}
    return value


def read(path):
    rows = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    formulas = openpyxl.load_workbook(path).worksheets[0]
    found = [str(cell.value) for row in formulas.iter_rows() for cell in row if cell.data_type == "f"]
    hidden = [number for number, row in rows.row_dimensions.items() if row.hidden]
    cells = [[plain(cell) for cell in row] for row in rows.iter_rows()]
    print(json.dumps({"rows": cells, "formulas": found, "hidden": hidden}))


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    read(sys.argv[2])
