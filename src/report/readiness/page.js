// Filters, sorts and searches the table of components, and keeps what was asked for in the address. Without it the page
// is whole: everything stands in it already.
(() => {
  'use strict';
  const form = document.getElementById('filter');
  const table = document.getElementById('all');
  const count = document.getElementById('count');
  if (!form || !table) return;
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const orders = [...form.elements.state.options].map((option) => option.value);
  const text = (cell) => cell.textContent.trim();
  const rows = [...body.rows].map((row) => ({
    row,
    detail: document.getElementById(row.cells[0].querySelector('a').hash.slice(1)),
    state: row.className,
    stage: text(row.cells[2]).split(' ')[0],
    priority: text(row.cells[3]),
    words: row.textContent.toLowerCase(),
  }));
  const asked = { state: '', stage: '', priority: '', q: '', sort: '', dir: '' };
  let told = 0;

  const matches = (one) =>
    (!asked.state || one.state === asked.state) &&
    (!asked.stage || one.stage === asked.stage) &&
    (!asked.priority || one.priority === (asked.priority === '-' ? '' : asked.priority)) &&
    asked.q.toLowerCase().split(/\s+/).every((word) => one.words.includes(word));

  const key = (one, column) => {
    const cell = one.row.cells[column];
    if (column === 1) return orders.indexOf(one.state);
    if (column === 4) return cell.textContent.trim() ? parseFloat(cell.textContent) : -1;
    // Without a priority is the least of them, and P2 is before P10.
    if (column === 3) return text(cell).replace(/\d+/g, (number) => number.padStart(20, '0')) || '\uffff';
    return text(cell).toLowerCase();
  };

  const sort = () => {
    const column = heads.findIndex((head) => head.dataset.k === asked.sort);
    const sign = asked.dir === 'desc' ? -1 : 1;
    heads.forEach((head, place) => {
      if (!head.hasAttribute('aria-sort')) return;
      head.setAttribute('aria-sort', place !== column ? 'none' : sign < 0 ? 'descending' : 'ascending');
    });
    const keyed = rows.map((one, place) => [column < 0 ? place : key(one, column), place, one.row]);
    keyed.sort((a, b) => (a[0] < b[0] ? -sign : a[0] > b[0] ? sign : a[1] - b[1]));
    body.append(...keyed.map((one) => one[2]));
  };

  const apply = () => {
    let shown = 0;
    for (const one of rows) {
      const is = matches(one);
      one.row.hidden = !is;
      if (one.detail) one.detail.hidden = !is;
      shown += is;
    }
    for (const link of document.querySelectorAll('.tiles a')) {
      const state = new URLSearchParams(link.hash.slice(1)).get('state');
      link.toggleAttribute('aria-current', state === asked.state);
      if (state === asked.state) link.setAttribute('aria-current', 'true');
    }
    // Told once somebody has stopped typing.
    clearTimeout(told);
    const words = shown === rows.length ? `${rows.length} components` : `${shown} of ${rows.length} components`;
    told = setTimeout(() => { count.textContent = words; }, 150);
  };

  const keep = () => {
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) if (value) parts.set(name, value);
    const hash = parts.toString();
    history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  };

  const read = () => {
    const hash = location.hash.slice(1);
    const place = document.getElementById(hash);
    if (place && place.tagName === 'DETAILS') {
      place.hidden = false;
      place.open = true;
      place.scrollIntoView();
      place.querySelector('summary').focus({ preventScroll: true });
      return;
    }
    if (hash && !hash.includes('=')) return;
    const parts = new URLSearchParams(hash);
    for (const name of Object.keys(asked)) asked[name] = parts.get(name) || '';
    for (const name of ['state', 'stage', 'priority', 'q']) form.elements[name].value = asked[name];
    sort();
    apply();
    if (hash) document.getElementById('components').scrollIntoView();
  };

  form.addEventListener('input', () => {
    for (const name of ['state', 'stage', 'priority', 'q']) asked[name] = form.elements[name].value;
    apply();
    keep();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => {
    for (const name of Object.keys(asked)) asked[name] = '';
    sort();
    apply();
    keep();
  });
  for (const head of heads) {
    const button = head.querySelector('button');
    if (!button) continue;
    button.addEventListener('click', () => {
      const again = asked.sort === head.dataset.k;
      asked.dir = again && asked.dir !== 'desc' ? 'desc' : '';
      asked.sort = head.dataset.k;
      sort();
      keep();
    });
  }
  window.addEventListener('hashchange', read);
  form.hidden = false;
  if (location.hash) read();
  document.documentElement.dataset.ready = Math.round(performance.now());
})();
