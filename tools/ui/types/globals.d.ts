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
