"""Fields edited by mouse and keyboard, and what of it reaches Python."""

from __future__ import annotations

import pandas as pd
from playwright.sync_api import Locator, Page, expect

from .desk import Desk, colour_by, dataset, press, ready


def entry(page: Page, category: str) -> Locator:
    """A row of the legend."""
    rows = page.get_by_role("list", name="Legend").get_by_role("listitem")
    return rows.filter(has=page.get_by_role("checkbox", name=category, exact=True))


def act(page: Page, category: str, what: str) -> None:
    """Do something with a category, as its menu offers it."""
    entry(page, category).hover()
    press(page, f"Edit {category}")
    page.get_by_role("menuitem", name=what).click()


def said(page: Page, words: str) -> None:
    expect(page.get_by_text(words).first).to_be_visible()


def same(found: pd.Series, expected: pd.Series) -> None:
    pd.testing.assert_series_equal(
        found.astype(object), expected.astype(object), check_names=False, check_index=False
    )


def test_edited_fields_are_columns_in_python(desk: Desk, page: Page) -> None:
    desk.show(page)
    adata = dataset()
    types = adata.obs["cell_type"].astype(object)

    # By mouse: rename a category with a double click, hide it, delete it, merge three.
    entry(page, "Progenitor").get_by_text("Progenitor").dblclick()
    name = page.get_by_role("textbox", name="Name of the category")
    name.fill("Monocyte")
    name.press("Enter")
    said(page, "Another category is called “Monocyte”")
    act(page, "Progenitor", "Rename…")
    name.fill(" Früh ")
    name.press("Enter")
    entry(page, "Früh").get_by_role("checkbox").uncheck()
    kept = types != "Progenitor"
    expect(page.get_by_test_id("showing")).to_have_text(f"Showing {kept.sum():,} of 5,000 cells")

    act(page, "HSC", "Delete")
    field = page.get_by_role("combobox", name="Colour by")
    expect(field).to_have_value("cell_type (edited)")
    ready(page)
    # The filter goes along, by the name that the category has now.
    expect(entry(page, "Früh").get_by_role("checkbox")).not_to_be_checked()
    expect(page.get_by_test_id("showing")).to_have_text(f"Showing {kept.sum():,} of 5,000 cells")

    act(page, "Erythroblast", "Merge with…")
    sheet = page.get_by_role("dialog", name="Merge categories of “cell_type (edited)”")
    sheet.get_by_role("searchbox").fill("ERYTHROC")
    expect(sheet.get_by_role("checkbox")).to_have_count(1)
    sheet.get_by_role("checkbox").check()
    sheet.get_by_role("searchbox").fill("")
    sheet.get_by_role("checkbox", name="Neutrophil").check()
    name = sheet.get_by_role("textbox", name="Name of the merged category")
    expect(name).to_have_value("Erythroblast + Erythrocyte + Neutrophil")
    name.fill("Blood")
    sheet.get_by_role("button", name="Merge 3").click()
    edited = types.replace(
        {
            "Progenitor": "Früh",
            "HSC": "unassigned",
            **dict.fromkeys(["Erythroblast", "Erythrocyte", "Neutrophil"], "Blood"),
        }
    )
    counts = edited.value_counts()
    for label, count in counts.drop("Früh").items():
        expect(entry(page, str(label))).to_contain_text(f"{count:,} / {count:,}")
    entry(page, "Blood").locator("input[type=color]").fill("#12ab34")

    # By keyboard: call the field what the data called theirs; copy a gene; delete a field.
    press(page, "Edit cell_type (edited)")
    page.keyboard.press("Enter")
    page.keyboard.type("cell_type")
    page.keyboard.press("Enter")
    expect(field).to_have_value("cell_type")
    page.get_by_role("combobox", name="Gene").fill("hbb")
    page.keyboard.press("Enter")
    expect(field).to_have_value("HBB")
    page.get_by_role("button", name="Edit HBB").press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name of the copy")).to_have_value("HBB (copy)")
    page.keyboard.type("Globin")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Globin")
    colour_by(page, "lineage")
    press(page, "Edit lineage")
    page.get_by_role("menuitem", name="Delete").click()
    expect(field).to_have_value("None")

    after = desk.session().apply_to_anndata(adata)
    new = [column for column in after.obs if column not in adata.obs]
    assert new == ["cell_type__2", "Globin"]
    same(after.obs["cell_type__2"], edited)
    column = after.obs["cell_type__2"].cat
    colors = dict(zip(column.categories, after.uns["cell_type__2_colors"], strict=True))
    before = adata.obs["cell_type"].cat.categories
    own = dict(zip(before, adata.uns["cell_type_colors"], strict=True))
    assert colors["Blood"] == "#12ab34"
    assert colors["Früh"] == own["Progenitor"].lower()
    assert (after.obs["Globin"] == adata[:, "HBB"].to_df()["HBB"]).all()
    pd.testing.assert_frame_equal(after.obs[adata.obs.columns], adata.obs)

    # Deleted fields wait; what is purged is asked for first.
    fold = page.get_by_role("button", name="Deleted fields (2)")
    fold.press("Enter")
    press(page, "Purge cell_type")
    expect(page.get_by_role("button", name="Keep", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Purge cell_type")).to_be_focused()
    press(page, "Restore cell_type")
    said(page, "Another field is called “cell_type” by now")
    press(page, "Restore lineage")
    press(page, "Purge cell_type")
    press(page, "Purge")
    expect(page.get_by_role("button", name="Deleted fields")).to_have_count(0)
    for _ in range(2):
        page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Deleted fields (2)")).to_be_visible()
    expect(field).to_have_value("None")


def test_python_finds_fields_by_the_names_they_have(desk: Desk, page: Page) -> None:
    desk.show(page)
    field = page.get_by_role("combobox", name="Colour by")
    field.click()
    options = page.get_by_role("listbox", name="Colour by").get_by_role("option")
    listed = [text.split("\n")[0] for text in options.all_inner_texts()]
    assert listed == ["None", *dataset().obs.columns]
    page.keyboard.press("End")
    for _ in range(9):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("n_counts")
    press(page, "Edit n_counts")
    page.keyboard.press("Enter")
    page.keyboard.type("a:b")
    page.keyboard.press("Enter")
    said(page, "“a:b” can’t be a name")
    press(page, "Edit n_counts")
    page.keyboard.press("Enter")
    page.keyboard.type("Depth")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Depth")
    expect(page.get_by_role("heading", name="Depth")).to_be_visible()
    colour_by(page, "batch")
    # Found by its old name, which is told, and by the new one from Python.
    field.fill("n_co")
    expect(options).to_have_count(1)
    expect(options.get_by_label("Original: n_counts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(field).to_have_value("batch")
    desk.run('viewer.send_message({"type": "setColorBy", "field": "Depth"})')
    expect(field).to_have_value("Depth")
    desk.run('viewer.set_color_by("batch"); viewer.set_color_by("n_counts")')
    expect(field).to_have_value("Depth")
    desk.run("""
errors = []
viewer.on_command_error(lambda event: errors.append(event["message"]))
viewer.send_message({"type": "setColorBy", "field": "nothing"})
viewer.set_color_by("batch")
""")
    expect(field).to_have_value("batch")
    assert "a field or a gene that this viewer shows, not “nothing”" in desk.run("print(errors)")

    # What Python built of columns is a field beside the data's.
    build = """
from cellucid_ext import build_session
build_session(adata, [], ["lineage"], {path!r})
viewer.load_session({path!r})
"""
    desk.run(build.format(path=str(desk.server.root / "built.cellucid-session")))
    said(page, "The session is shown.")
    expect(page.get_by_role("option")).to_have_count(0)
    field.fill("lineage")
    made = options.filter(has=page.get_by_text("made", exact=True))
    made.click()
    # No two fields are called the same.
    expect(field).to_have_value("lineage (2)")
    ready(page)
    for label, count in dataset().obs["lineage"].value_counts().items():
        expect(entry(page, str(label))).to_contain_text(f"{count:,} / {count:,}")
