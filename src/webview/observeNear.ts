/** Tells once when an element comes into view, or close to it. */
export type ObserveNear = (scroller: Element) => {
  watch(target: Element, near: () => void): void;
  forget(target: Element): void;
};

export const observeNearInBrowser: ObserveNear = (scroller) => {
  const waiting = new Map<Element, () => void>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        const near = waiting.get(target);
        forget(target);
        near?.();
      }
    },
    { root: scroller, rootMargin: '50% 0px' },
  );
  const forget = (target: Element): void => {
    waiting.delete(target);
    observer.unobserve(target);
  };
  return {
    watch: (target, near) => {
      waiting.set(target, near);
      observer.observe(target);
    },
    forget,
  };
};
