/** What the page uses of its libraries, for `tsc --checkJs`. */

/** Preact 10 with hooks and htm, as fetched by tools/fetch-assets. */
declare module "*/vendor/preact.js" {
  export class Component<P = {}, S = {}> {
    constructor(props?: P);
    props: P;
    state: S;
    setState(state: Partial<S>): void;
  }
  export function createContext<T>(value: T): any;
  export function h(type: any, props?: any, ...children: any[]): any;
  /** What stands in a template: an attribute, a child, a component, or a function that is told of an event. */
  export type Hole = string | number | boolean | null | undefined | object | ((event: any) => any);
  export function html(strings: TemplateStringsArray, ...values: Hole[]): any;
  export function render(node: any, parent: Element): void;
  /** What is not there at first can be anything later. */
  export function useState(initial: null): [any, (next: any) => void];
  export function useState<T>(initial: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
  export function useReducer<S, A>(reducer: (state: S, action: A) => S, initial: S): [S, (action: A) => void];
  export function useEffect(effect: () => void | (() => void), keys?: any[]): void;
  export function useLayoutEffect(effect: () => void | (() => void), keys?: any[]): void;
  export function useMemo<T>(make: () => T, keys: any[]): T;
  export function useCallback<T extends Function>(action: T, keys: any[]): T;
  /** The reference to an element, which is there once it was drawn. */
  export function useRef(initial: null): { current: any };
  export function useRef<T>(initial: T): { current: T };
  export function useContext(context: any): any;
}

/** What the page uses of a plot of uPlot 1.6, as fetched by tools/fetch-assets. */
interface UPlot {
  ctx: CanvasRenderingContext2D;
  over: HTMLElement;
  bbox: { left: number; top: number; width: number; height: number };
  scales: Record<"x" | "y", { min: number; max: number }>;
  select: { left: number; width: number };
  cursor: { left: number; top: number; idx?: number | null };
  setSize(size: { width: number; height: number }): void;
  setData(data: (number | null)[][], resetsScales?: boolean): void;
  setScale(name: "x" | "y", range: { min: number; max: number }): void;
  setSelect(box: { left: number; top: number; width: number; height: number }, tells?: boolean): void;
  valToPos(value: number, scale: "x" | "y", inCanvas?: boolean): number;
  posToVal(position: number, scale: "x" | "y"): number;
  batch(changes: () => void): void;
  destroy(): void;
}

interface Window {
  uPlot: {
    new (options: object, data: (number | null)[][], parent: HTMLElement): UPlot;
    join(tables: (number | null)[][][]): (number | null)[][];
    rangeLog(low: number, high: number, base: number, isWhole: boolean): [number, number];
  };
}

/** What a field of a form tells of. */
interface FieldEvent extends Event {
  target: HTMLInputElement;
}
