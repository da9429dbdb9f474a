// A bar to drag, with the mouse, a finger or the arrow keys.

import { h } from './dom.js';

/** `size()` is the size now, `resize(n)` sets it; `turn` −1 where the thing grows to the left. */
export function dragBar({ label, size, resize, min, max, turn = 1, factor = 1 }) {
  const clamp = (value) => Math.round(Math.min(max(), Math.max(min, value)));
  const set = (value) => {
    resize(clamp(value));
    bar.setAttribute('aria-valuenow', clamp(value));
  };
  const bar = h('div', {
    class: 'drag', role: 'separator', tabindex: '0', 'aria-orientation': 'vertical', 'aria-label': label,
    'aria-valuemin': min, 'aria-valuemax': max(), 'aria-valuenow': Math.round(size()),
    onkeydown: (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      set(size() + step * turn * (event.shiftKey ? 50 : 10));
    },
    onpointerdown: (event) => {
      event.preventDefault();
      bar.setPointerCapture(event.pointerId);
      const [from, start] = [event.clientX, size()];
      const move = ({ clientX }) => set(start + (clientX - from) * turn * factor);
      // Frames would swallow the pointer on its way.
      document.documentElement.classList.add('dragging');
      bar.addEventListener('pointermove', move);
      bar.addEventListener('lostpointercapture', () => {
        bar.removeEventListener('pointermove', move);
        document.documentElement.classList.remove('dragging');
      }, { once: true });
    },
  });
  return bar;
}
