/** What is drawn only while it is in sight, or nearly. */

import { html, useEffect, useRef, useState } from "../core/preact.js";

/**
 * Draws `children()` while its place is at most a screen away.
 * @param {{height: number, onSight?: (isInSight: boolean) => void, children: () => any}} props
 */
export function InSight({ height, onSight = () => {}, children }) {
  const place = useRef(null);
  const [isInSight, setInSight] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      const is = entries[entries.length - 1].isIntersecting;
      setInSight(is);
      onSight(is);
    }, { root: place.current.closest("main"), rootMargin: "400px 0px" });
    observer.observe(place.current);
    return () => { observer.disconnect(); onSight(false); };
  }, []);
  return html`<div ref=${place} style=${{ minHeight: height + "px" }}>${isInSight && children()}</div>`;
}
