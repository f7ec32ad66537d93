import { type RefObject, useEffect, useState } from "react";

/** Width and height of an element in pixels, as they change. */
export function useFrameSize(frame: RefObject<Element | null>): [number, number] {
  const [size, setSize] = useState<[number, number]>([0, 0]);
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(
      ([entry]) => entry && setSize([Math.floor(entry.contentRect.width), Math.floor(entry.contentRect.height)]),
    );
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  return size;
}
