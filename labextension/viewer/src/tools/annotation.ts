/**
 * Annotation: takes cells by the field that the view shows. On categories, a click takes all visible
 * cells of the clicked cell's category; on numbers, a press on a cell and a drag up or down widens a
 * window around its value.
 */
import { cellsOfCode, cellsOfRange } from '../cells/values';
import type { CategoricalColumn, Column, ContinuousColumn } from '../data/dataset';
import type { App } from '../state/app';
import { measure, text } from '../text';
import { Taking } from './taking';
import type { Gesture, ScreenPoint, Tool } from './tool';

export const annotation: Tool = {
  id: 'annotation',
  label: text.tool.annotation,
  key: 'c',
  hint: app => text.toolHint.annotation[readyColumn(app)?.kind ?? 'none'],
  obstacle,
  plainAlt: app => (readyColumn(app)?.kind === 'categorical' ? 'replace' : 'intersect'),
  begin: (context, viewId, at, operation) => {
    const taking = new Taking(context, 'annotation', viewId, operation);
    const column = context.app.data(viewId).column.peek();
    if (column?.state !== 'ready') {
      return new Nothing(taking, at, text.annotationNeedsField);
    }
    const cell = taking.cellAt(at);
    if (cell === null) {
      return new Nothing(taking, at, text.pressOnCell);
    }
    return column.value.kind === 'categorical'
      ? new CategoryGesture(taking, column.value, column.value.codes[cell]!, at)
      : new RangeGesture(taking, column.value, column.value.values[cell]!, at);
  }
};

function obstacle(app: App): string | null {
  if (app.activeView.value.field === null) {
    return text.annotationNeedsField;
  }
  const column = app.column.value;
  return app.points.value.state !== 'ready' || column?.state !== 'ready' ? text.loadingColumn : null;
}

function readyColumn(app: App): Column | null {
  const column = app.column.value;
  return column?.state === 'ready' ? column.value : null;
}

/** A press that finds nothing to start from, and says so. */
class Nothing implements Gesture {
  constructor(
    private readonly taking: Taking,
    at: ScreenPoint,
    private readonly words: string
  ) {
    this.move(at);
  }

  move(point: ScreenPoint): void {
    this.taking.say(point, this.words);
  }

  end(): void {
    this.taking.clear();
  }

  cancel(): void {
    this.taking.clear();
  }
}

class CategoryGesture implements Gesture {
  private readonly name: string | undefined;
  /** How many cells the selection would have. */
  private readonly after: number = 0;

  constructor(
    private readonly taking: Taking,
    private readonly column: CategoricalColumn,
    private readonly code: number,
    at: ScreenPoint
  ) {
    this.name = column.categories[code];
    if (this.name !== undefined) {
      this.after = taking.preview(cellsOfCode(column.codes, code, taking.visible));
    }
    this.move(at);
  }

  move(point: ScreenPoint): void {
    const label = this.column.labels[this.code];
    const words =
      label === undefined ? text.noCategoryHere : text.categoryTakes(label, this.after);
    this.taking.say(point, words);
  }

  end(): void {
    const { taking, column, name, code } = this;
    if (name === undefined) {
      taking.clear();
      return;
    }
    taking.end(cellsOfCode(column.codes, code), { field: column.ref, category: name });
  }

  cancel(): void {
    this.taking.clear();
  }
}

class RangeGesture implements Gesture {
  private half = 0;

  constructor(
    private readonly taking: Taking,
    private readonly column: ContinuousColumn,
    private readonly value: number,
    private readonly from: ScreenPoint
  ) {
    this.move(from);
  }

  private get range(): readonly [number, number] {
    return [this.value - this.half, this.value + this.half];
  }

  move(point: ScreenPoint): void {
    const { taking, column, value } = this;
    if (Number.isNaN(value)) {
      taking.say(point, text.noValueHere);
      return;
    }
    // Half the height of the view is the whole of the field.
    const { height } = taking.stage.size(taking.viewId);
    const share = Math.abs(point[1] - this.from[1]) / (height / 2);
    this.half = share * (column.max - column.min);
    const [min, max] = this.range;
    const after = taking.preview(cellsOfRange(column.values, min, max, taking.visible));
    taking.say(point, text.rangeTakes(measure(min), measure(max), after));
  }

  end(point: ScreenPoint): void {
    this.move(point);
    const { taking, column, value } = this;
    if (Number.isNaN(value)) {
      taking.clear();
      return;
    }
    const [min, max] = this.range;
    taking.end(cellsOfRange(column.values, min, max), { field: column.ref, value, min, max });
  }

  cancel(): void {
    this.taking.clear();
  }
}
