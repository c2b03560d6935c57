"""What is drawn, pixel by pixel: views beside each other, edges, lost contexts, ten viewers."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np
from anndata import AnnData
from playwright.sync_api import FrameLocator, Locator, Page, Route, expect
from scipy.spatial import KDTree

from .desk import Desk, dataset, press, ready, stage
from .geometry import normalised, on_screen

READ = """picture => {
  const copy = document.createElement('canvas');
  copy.width = picture.naturalWidth ?? picture.width;
  copy.height = picture.naturalHeight ?? picture.height;
  const paper = copy.getContext('2d');
  paper.drawImage(picture, 0, 0);
  const bytes = paper.getImageData(0, 0, copy.width, copy.height).data;
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768) {
    text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  }
  return [copy.height, copy.width, btoa(text)];
}"""
LOSE = """canvas => {
  window.context = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
  window.context.loseContext();
}"""
EMBEDDINGS = {2: "X_umap", 3: "X_umap_3d"}
# Pixels: farther than cells are wide.
APART = 6
MANY = """
import numpy as np
import pandas as pd
from anndata import AnnData
# Most in one place, so that one sees how many of the others are drawn.
spots = np.zeros((2_100_000, 2))
spots[::70] = np.random.default_rng(0).uniform(-1, 1, (30_000, 2))
names = pd.RangeIndex(len(spots)).astype(str)
many = AnnData(obs=pd.DataFrame(index=names), obsm={"X_umap_2d": spots})
"""
# How many points each draw asks for.
WATCH = """() => {
  const gl = document.querySelector('[data-testid=stage]').getContext('webgl2');
  window.drawn = [];
  for (const [name, at] of [['drawArrays', 2], ['drawElements', 1]]) {
    const draw = gl[name].bind(gl);
    gl[name] = (...given) => {
      if (given[0] === gl.POINTS) window.drawn.push(given[at]);
      draw(...given);
    };
  }
}"""
# All contexts of a page, whether they are on it or not.
NOTE = """
window.contexts = [];
const give = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  const context = give.call(this, kind, ...rest);
  if (kind === 'webgl2' && !window.contexts.includes(context)) window.contexts.push(context);
  return context;
};
"""
SHOW_ONE = "print(show_anndata(adata).viewer_url)"
SHOW_TEN = """
ten = [show_anndata(adata) for _ in range(10)]
for one in ten:
    print(one.viewer_url)
"""


def pixels(picture: Locator) -> np.ndarray:
    """A canvas or an image, as rows of RGBA."""
    height, width, text = picture.evaluate(READ)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4).astype(int)


def gaps(points: np.ndarray, others: np.ndarray, *, itself: bool = False) -> np.ndarray:
    """How far the nearest of the others is from each point; with `itself`, the second nearest."""
    return np.asarray(KDTree(others).query(points, [2 if itself else 1])[0])[:, 0]


def places(adata: AnnData, view: dict[str, Any], width: float, height: float) -> np.ndarray:
    """Where a view has the cells, by plain computation."""
    dimension = view["dimension"]
    points = normalised(np.asarray(adata.obsm[EMBEDDINGS[dimension]], dtype=np.float64))
    return on_screen(points, view["cameras"][str(dimension)], width, height)


def expect_cells(
    picture: np.ndarray, at: np.ndarray, colors: np.ndarray, shown: np.ndarray
) -> None:
    """Cells apart from others have their colour, hidden ones none; there is no ink elsewhere."""
    height, width = picture.shape[:2]
    inside = ((at > 2) & (at < [width - 3, height - 3])).all(axis=1)
    x, y = np.floor(at[inside]).astype(int).T
    ink = np.full((len(at), 4), -1)
    ink[inside] = picture[y, x]

    clear = inside & shown & (gaps(at, at[shown], itself=True) > APART)
    assert clear.sum() > 20
    assert np.abs(ink[clear, :3] - colors[clear]).max() <= 4
    assert ink[clear, 3].min() > 100
    hidden = inside & ~shown & (gaps(at, at[shown]) > APART)
    assert (ink[hidden, 3] == 0).all()

    rows, columns = np.nonzero(picture[..., 3])
    assert len(rows) > 1000
    assert gaps(np.column_stack([columns, rows]) + 0.5, at[shown]).max() < APART


def test_each_view_is_drawn_in_its_place(desk: Desk, page: Page) -> None:
    adata = dataset()
    desk.show(page)
    kinds = adata.obs["cell_type"].astype("category")
    own = [list(bytes.fromhex(color[1:7])) for color in adata.uns["cell_type_colors"]]
    colors = np.array(own)[kinds.cat.codes]

    press(page, "Keep view")
    press(page, "Move all views together")
    page.get_by_role("checkbox", name="Neutrophil").uncheck()
    press(page, "Keep view")
    press(page, "3D")
    ready(page)
    picture = pixels(stage(page))
    height, width = picture.shape[:2]
    # A line of one pixel is left between views.
    middle, below = (width + 2) // 2, (height + 2) // 2
    parts = [(0, 0), (middle, 0), (0, below)]
    box = stage(page).bounding_box()
    assert box is not None
    for left, top in parts:
        # A wheel gives a view a camera of its own, which the session then tells.
        page.mouse.move(box["x"] + left + 200, box["y"] + top + 150)
        page.mouse.wheel(0, -40)
    ready(page)

    state = desk.session().decode_chunk("core/state")
    assert [view["dimension"] for view in state["views"]] == [3, 2, 2]
    picture = pixels(stage(page))
    neutrophil = (kinds == "Neutrophil").to_numpy()
    for view, (left, top), hides in zip(state["views"], parts, [1, 0, 1], strict=True):
        right = width if top or left else middle - 1
        bottom = height if top else below - 1
        part = picture[top:bottom, left:right]
        at = places(adata, view, right - left, bottom - top)
        shown = ~neutrophil if hides else np.ones(adata.n_obs, dtype=bool)
        expect_cells(part, at, colors, shown)
    assert (picture[: below - 1, middle - 1, 3] == 0).all()
    assert (picture[below - 1, :, 3] == 0).all()


def test_edges_join_visible_neighbours(desk: Desk, page: Page) -> None:
    adata = dataset()
    desk.show(page)
    page.get_by_role("checkbox", name="Progenitor").uncheck()
    press(page, "Frame all cells")
    page.mouse.move(700, 450)
    page.mouse.wheel(0, -40)
    ready(page)
    before = pixels(stage(page))
    press(page, "How cells are drawn")
    page.get_by_role("checkbox", name="Edges of the neighbour graph").check()
    ready(page)
    after = pixels(stage(page))
    inked = (before != after).any(axis=2)

    height, width = inked.shape
    (view,) = desk.session().decode_chunk("core/state")["views"]
    at = places(adata, view, width, height)
    shown = (adata.obs["cell_type"] != "Progenitor").to_numpy()
    one, other = adata.obsp["connectivities"].nonzero()
    drawn = (one < other) & shown[one] & shown[other]
    begin, way = at[one[drawn]], at[other[drawn]] - at[one[drawn]]
    steps = np.linspace(0, 1, 200)
    lines = (begin[:, None] + steps[None, :, None] * way[:, None]).reshape(-1, 2)
    rows, columns = np.nonzero(inked)
    assert gaps(np.column_stack([columns, rows]) + 0.5, lines).max() < 1.5

    # The middle of a long edge lies on no cell: there the edge itself is seen.
    middles = begin + way / 2
    clear = (np.hypot(*way.T) > 10) & (gaps(middles, at[shown]) > 5)
    clear &= ((middles > 3) & (middles < [width - 3, height - 3])).all(axis=1)
    assert clear.sum() > 100
    x, y = middles[clear].astype(int).T
    near = np.any([inked[y + i, x + j] for i in (-1, 0, 1) for j in (-1, 0, 1)], axis=0)
    assert near.all()


def test_a_lost_context_comes_back(desk: Desk, page: Page) -> None:
    desk.show(page)
    press(page, "Keep view")
    page.mouse.move(5, 5)
    ready(page)
    picture, last = stage(page), page.get_by_test_id("last-picture")
    lost = page.get_by_text("point at it to go on")
    before = pixels(picture)
    assert before[..., 3].any()
    # The copy that stays when the context is lost is made once the picture rests.
    page.wait_for_function(
        "() => document.querySelector('[data-testid=last-picture]').width"
        " === document.querySelector('[data-testid=stage]').width"
    )

    picture.evaluate(LOSE)
    expect(last).to_be_visible()
    expect(lost).to_be_visible()
    assert (pixels(last) == before).all()
    page.evaluate("window.context.restoreContext()")
    expect(last).to_be_hidden()
    expect(lost).to_be_hidden()
    ready(page)
    assert (pixels(picture) == before).all()

    # What is changed meanwhile is there when the picture comes back.
    picture.evaluate(LOSE)
    expect(lost).to_be_visible()
    page.get_by_role("checkbox", name="Monocyte").uncheck()
    expect(page.locator("html")).to_have_attribute("data-state", "busy")
    picture.hover()
    expect(lost).to_be_hidden()
    ready(page)
    changed = pixels(picture)
    middle = (before.shape[1] + 2) // 2
    assert (changed[:, middle:] == before[:, middle:]).all()
    assert changed[..., 3].astype(bool).sum() < 0.95 * before[..., 3].astype(bool).sum()


def span(picture: Locator) -> list[float]:
    """From where to where there is ink, as shares of the picture."""
    inked = pixels(picture)[..., 3] > 0
    ends = [
        np.flatnonzero(inked.any(axis=axis))[[0, -1]] / inked.shape[1 - axis] for axis in (0, 1)
    ]
    return [float(end) for pair in ends for end in pair]


def test_a_page_that_waits_or_fails(desk: Desk, page: Page) -> None:
    page.add_init_script(NOTE)
    held: list[Route] = []
    page.route(re.compile("dataset_identity"), lambda route: held.append(route))
    address = desk.run(SHOW_ONE).split()[-1]
    page.goto(f"{desk.server.url}login?token={desk.server.token}")
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => window.contexts?.length === 1")
    page.wait_for_function(
        """() => new Promise(resolve => {
          const [{ canvas }] = window.contexts;
          canvas.addEventListener('webglcontextlost', () => resolve(true));
          window.contexts[0].getExtension('WEBGL_lose_context').loseContext();
        })"""
    )
    held[0].continue_()
    ready(page)
    before = span(stage(page))
    assert before[1] - before[0] > 0.3

    # On a screen twice as fine it is drawn where it was.
    screen = {"width": 1200, "height": 900, "deviceScaleFactor": 2, "mobile": False}
    page.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", screen)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    ready(page)
    np.testing.assert_allclose(span(stage(page)), before, atol=0.01)

    page.route(re.compile("dataset_identity"), lambda route: route.abort())
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-state", "failed")
    page.wait_for_function("() => window.contexts.every(context => context.isContextLost())")
    assert page.evaluate("window.contexts.length") == 1


def test_less_is_drawn_of_very_many_cells_while_the_camera_moves(desk: Desk, page: Page) -> None:
    desk.run(MANY)
    page.set_viewport_size({"width": 900, "height": 700})
    desk.show(page, "many")
    press(page, "Frame all cells")
    before = pixels(stage(page))
    page.evaluate(WATCH)
    x, y = 600, 400
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y)
    page.wait_for_function("window.drawn.length > 0")
    page.mouse.move(x, y)
    page.mouse.up()
    ready(page)
    drawn = page.evaluate("window.drawn")
    assert 10_000 < drawn[0] < 2_000_000
    assert drawn[-1] == 2_100_000
    assert (pixels(stage(page)) == before).all()


def is_alive(viewer: FrameLocator) -> bool:
    context = "canvas => !canvas.getContext('webgl2').isContextLost()"
    return bool(viewer.get_by_test_id("stage").evaluate(context))


def test_ten_viewers_give_their_contexts_back(desk: Desk, page: Page) -> None:
    addresses = desk.run(SHOW_TEN).split()
    page.goto(f"{desk.server.url}login?token={desk.server.token}")
    # A page that says nothing against frames.
    page.goto(f"{desk.server.url}nothing-is-here")
    page.evaluate(
        """addresses => document.body.replaceChildren(...addresses.map(address => {
          const frame = document.createElement('iframe');
          frame.src = address;
          frame.style.cssText = 'display: block; width: 700px; height: 420px; border: 0';
          return frame;
        }))""",
        addresses,
    )
    frames = page.locator("iframe")
    viewers = [frames.nth(i).content_frame for i in range(10)]
    for viewer in viewers:
        expect(viewer.locator("html")).to_have_attribute("data-state", "ready", timeout=60_000)
    copies = [viewer.get_by_test_id("last-picture") for viewer in viewers]
    # In a window 900 high the first three are in sight.
    for copy in copies[3:]:
        expect(copy).to_be_visible()
    assert [is_alive(viewer) for viewer in viewers] == [True] * 3 + [False] * 7
    live = pixels(viewers[0].get_by_test_id("stage"))
    assert live[..., 3].any()
    for copy in copies[3:]:
        assert (pixels(copy) == live).all()

    desk.run("ten[8].set_color_by('batch')")
    expect(viewers[8].locator("html")).to_have_attribute("data-state", "busy")
    frames.nth(9).scroll_into_view_if_needed()
    for viewer, copy in zip(viewers[8:], copies[8:], strict=True):
        expect(copy).to_be_hidden()
        expect(viewer.locator("html")).to_have_attribute("data-state", "ready")
    assert (pixels(viewers[9].get_by_test_id("stage")) == live).all()
    recoloured = pixels(viewers[8].get_by_test_id("stage"))
    assert (recoloured != live).any()
    assert ((recoloured[..., 3] > 0) == (live[..., 3] > 0)).all()
    for copy in copies[:3]:
        expect(copy).to_be_visible()
    assert [is_alive(viewer) for viewer in viewers[:7]] == [False] * 7

    # Frozen out of sight, the picture is that of now, not the last that was seen.
    desk.run("ten[0].set_color_by('batch'); ten[0].send_message({'type': 'freeze'})")
    still = viewers[0].get_by_test_id("still").locator("img")
    expect(still).to_be_attached()
    frozen = pixels(still)
    assert (frozen[..., 3] == recoloured[..., 3]).all()
    solid = frozen[..., 3] > 200
    assert np.abs(frozen[solid] - recoloured[solid]).max() <= 2
