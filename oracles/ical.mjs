// Reads calendars with ical.js, another implementation of RFC 5545, and prints what
// it makes of them as JSON; the test of bot/papers compares. What a parser forgives
// is looked at here in the bytes themselves: how lines end, how long they are, and
// that no identifier is there twice.
//
//   node ical.mjs FILE...

import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';

// RFC 7986 came later, so it has to be told that a calendar's name is text.
ICAL.design.icalendar.property.name = { defaultType: 'text' };

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node ical.mjs FILE...');
  process.exit(2);
}

// faults is what is wrong with the bytes of a calendar.
function faults(bytes) {
  const found = [];
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  if (!text.endsWith('\r\n')) found.push('the last line has no end');
  const lines = text.split('\r\n').slice(0, -1);
  for (const [n, line] of lines.entries()) {
    if (/[\r\n]/.test(line)) found.push(`line ${n + 1} has half an end in it`);
    const octets = Buffer.byteLength(line);
    if (octets > 75) found.push(`line ${n + 1} has ${octets} octets`);
    if (line === '') found.push(`line ${n + 1} is empty`);
  }
  const uids = text.replaceAll('\r\n ', '').split('\r\n').filter((line) => line.startsWith('UID:'));
  if (new Set(uids).size !== uids.length) found.push('an identifier is there twice');
  return found;
}

// read is what ical.js makes of a calendar.
function read(bytes) {
  const root = new ICAL.Component(ICAL.parse(new TextDecoder().decode(bytes)));
  if (root.name !== 'vcalendar' || root.getFirstPropertyValue('version') !== '2.0' || !root.getFirstPropertyValue('prodid')) {
    throw new Error('no calendar of version 2.0 with its maker');
  }
  return {
    name: root.getFirstPropertyValue('name'),
    events: root.getAllSubcomponents('vevent').map((component) => {
      const event = new ICAL.Event(component);
      if (!component.getFirstPropertyValue('dtstamp')) throw new Error(`${event.uid} has no stamp`);
      if (!event.startDate.isDate || !event.endDate.isDate) throw new Error(`${event.uid} is not of whole days`);
      if (event.endDate.compare(event.startDate) <= 0) throw new Error(`${event.uid} ends before it begins`);
      return {
        uid: event.uid, title: event.summary, note: event.description,
        from: event.startDate.toString(), until: event.endDate.toString(),
        stamp: component.getFirstPropertyValue('dtstamp').toJSDate().getTime(),
        class: component.getFirstPropertyValue('class'),
      };
    }),
  };
}

// Something wrong has to be found, or nothing here means anything.
const good = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20270301T090000Z\r\nDTSTART;VALUE=DATE:20270301\r\nDTEND;VALUE=DATE:20270302\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';
const bytes = (text) => new TextEncoder().encode(text);
for (const bad of [good.replaceAll('\r\n', '\n'), good.replace('PRODID:x', `PRODID:${'x'.repeat(80)}`), good.replace('DTSTAMP', 'UID:a\r\nDTSTAMP')]) {
  if (faults(bytes(bad)).length === 0) throw new Error(`nothing wrong was found in ${JSON.stringify(bad)}`);
}
for (const bad of [good.replace('DTSTAMP:20270301T090000Z\r\n', ''), good.replace('20270302', '20270301'), good.replace('VERSION:2.0\r\n', ''),
  good.replace('DTSTART;VALUE=DATE:20270301', 'DTSTART:20270301T090000Z'), good.replace('END:VEVENT\r\n', '')]) {
  let refused = false;
  try {
    read(bytes(bad));
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`nothing wrong was found in ${JSON.stringify(bad)}`);
}
if (faults(bytes(good)).length > 0 || read(bytes(good)).events.length !== 1) throw new Error('a good calendar was refused');

const all = files.map((file) => {
  const found = faults(readFileSync(file));
  if (found.length > 0) {
    console.error(`${file}: ${found.join('; ')}`);
    process.exitCode = 1;
  }
  return read(readFileSync(file));
});
console.log(JSON.stringify(all));
