import { select } from "d3-selection";
import { type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Size, scaleIn } from "./layout";

const NEAREST = 2.5;
const FARTHEST = 0.15;
/** What is kept free around the drawing. */
export const EDGE = 24;

export type Zooming = {
  transform: ZoomTransform;
  zoomBy: (factor: number) => void;
  panBy: (x: number, y: number) => void;
  showAll: () => void;
  /** Move so that a point of the drawing is in sight. */
  show: (x: number, y: number) => void;
};

/**
 * Let a drawing of some size be moved and made larger in its frame, by wheel, drag and two fingers. It fits the frame until
 * somebody moves it, and again when it becomes another one.
 */
export function useZoom(
  frame: RefObject<SVGSVGElement | null>,
  drawing: Size,
  [width, height]: [number, number],
): Zooming {
  const [transform, setTransform] = useState(zoomIdentity);
  const isMoved = useRef(false);
  const behaviour = useMemo(() => zoom<SVGSVGElement, unknown>().scaleExtent([FARTHEST, NEAREST]), []);

  useEffect(() => {
    if (!frame.current) return;
    const svg = select(frame.current);
    behaviour.on("zoom", ({ transform, sourceEvent }: { transform: ZoomTransform; sourceEvent: unknown }) => {
      if (sourceEvent) isMoved.current = true;
      setTransform(transform);
    });
    // Two clicks on a node are two clicks.
    svg.call(behaviour).on("dblclick.zoom", null);
    return () => void svg.on(".zoom", null);
  }, [behaviour, frame]);

  const move = useCallback(
    (how: (svg: ReturnType<typeof select<SVGSVGElement, unknown>>) => void) => {
      if (frame.current) how(select(frame.current));
    },
    [frame],
  );
  const showAll = useCallback(() => {
    isMoved.current = false;
    const scale = Math.max(scaleIn(drawing, { width: width - 2 * EDGE, height: height - 2 * EDGE }), FARTHEST);
    const x = (width - drawing.width * scale) / 2;
    const y = (height - drawing.height * scale) / 2;
    move((svg) => behaviour.transform(svg, zoomIdentity.translate(x, y).scale(scale)));
  }, [behaviour, move, width, height, drawing]);

  const fitted = useRef(drawing);
  useEffect(() => {
    // Another drawing is shown whole, however the one before was moved.
    if (fitted.current !== drawing) isMoved.current = false;
    fitted.current = drawing;
    if (width && height && !isMoved.current) showAll();
  }, [showAll, width, height, drawing]);

  return {
    transform,
    showAll,
    zoomBy: (factor) => {
      isMoved.current = true;
      move((svg) => behaviour.scaleBy(svg, factor));
    },
    panBy: (x, y) => {
      isMoved.current = true;
      move((svg) => behaviour.translateBy(svg, x / transform.k, y / transform.k));
    },
    show: (x, y) => {
      const [left, top] = transform.apply([x, y]);
      if (left < EDGE || left > width - EDGE || top < EDGE || top > height - EDGE)
        move((svg) => behaviour.translateTo(svg, x, y));
    },
  };
}
