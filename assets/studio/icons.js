// Line icons on a 16 px grid, drawn here so that nothing has to be fetched.

const SVG = 'http://www.w3.org/2000/svg';

const PATHS = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  mail: 'M2 3.5h12v9H2ZM2.4 4 8 8.7 13.6 4',
  sheet: 'M2 2.5h5v5H2ZM9 2.5h5v5H9ZM2 9.5h5v4H2ZM9 9.5h5v4H9Z',
  inbox: 'M2 9.5 4 3h8l2 6.5V13H2ZM2 9.5h3.4L6.4 11h3.2l1-1.5H14',
  send: 'M14 2 7 9M14 2 9.5 14 7 9 2 6.500Z',
  help: 'M6 6.200C6 3.600 10.200 3.600 10.200 6.200 10.200 7.800 8.100 7.800 8.100 9.500M8.100 12v.2',
  sun: 'M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600ZM8 1.500v1.400M8 13.100v1.400M1.500 8h1.400M13.100 8h1.400M3.400 3.400l1 1M11.600 11.600l1 1M3.400 12.600l1-1M11.600 4.400l1-1',
  moon: 'M13.300 9.600A5.600 5.600 0 0 1 6.400 2.700a5.600 5.600 0 1 0 6.900 6.900Z',
  auto: 'M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11ZM8 2.500v11',
  image: 'M2 3h12v10H2ZM2.500 11 6 7.500l3 3 2-2 2.800 2.500M10.500 6h.1',
  braces: 'M6 2.500c-2 0-1.500 2-1.500 3.200S3.500 8 2.800 8c.7 0 1.700.9 1.700 2.300S4 13.500 6 13.500M10 2.500c2 0 1.500 2 1.500 3.200S12.500 8 13.200 8c-.7 0-1.700.9-1.700 2.300s.5 3.200-1.500 3.200',
  text: 'M2.500 4h11M2.500 7h11M2.500 10h7M2.500 13h9',
  copy: 'M5.500 5.500h8v8h-8ZM3.500 10.500h-1v-8h8v1',
  download: 'M8 2v8M4.800 7 8 10.200 11.200 7M2.500 13.500h11',
  link: 'M6.700 9.300a2.600 2.600 0 0 0 3.700 0l2.300-2.300a2.600 2.600 0 0 0-3.700-3.700l-.8.8M9.300 6.700a2.600 2.600 0 0 0-3.700 0L3.300 9a2.600 2.600 0 0 0 3.700 3.700l.8-.8',
  lock: 'M3.500 7h9v6.500h-9ZM5.500 7V5a2.500 2.500 0 0 1 5 0v2',
  close: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  check: 'M3 8.500 6.500 12 13 4.500',
  external: 'M9 2.500h4.500V7M13.500 2.500 7.500 8.500M11.500 9.500v4h-9v-9h4',
  down: 'M4 6.500 8 10.500 12 6.500',
  trash: 'M2.500 4h11M6 4V2.500h4V4M4 4l.7 9.500h6.600L12 4',
  split: 'M2 3h12v10H2ZM8 3v10',
  print: 'M4.500 6V2.500h7V6M4.500 11.500h-2V6h11v5.500h-2M4.500 9.500h7v4h-7Z',
};

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
