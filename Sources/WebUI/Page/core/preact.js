/**
 * The view library. `html` makes nodes of templates: every value in one is text or an attribute, never markup.
 */
export {
  Component, createContext, h, html, render, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useReducer, useRef,
  useState,
} from "../vendor/preact.js";
