// Writes what ts-fsrs, another implementation of FSRS-5, makes of many histories
// of answers; the test of bot/practice/memory compares.
//
// ts-fsrs counts how many midnights in UTC lie between two answers. That would
// be unfair to whom the evening is one, so we count the nearest whole days, and
// ts-fsrs is told of an earlier answer as many days ago.
//
//   node fsrs.mjs OUT

import { writeFileSync } from 'node:fs';
import { createEmptyCard, fsrs, FSRSVersion } from 'ts-fsrs';

const out = process.argv[2];
if (!out) {
  console.error('usage: node fsrs.mjs OUT');
  process.exit(2);
}

const hour = 3_600_000;
const begin = Date.UTC(2026, 10, 23, 13);

// chance is a generator whose numbers are the same at every run (mulberry32).
let state = 20261123;
function chance() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

// pause is how many hours pass before the next answer: none, some of a day, or
// around the due time, or long after, but no more than twenty years.
function pause(days) {
  days = Math.min(days, 1825);
  const kind = chance();
  if (kind < 0.1) return 0;
  if (kind < 0.25) return Math.floor(chance() * 24);
  if (kind < 0.75) return days * 24 + Math.floor(chance() * 12);
  return Math.floor(chance() * days * 24 * 4);
}

const f = fsrs({ enable_short_term: false, enable_fuzz: false });
const histories = [];
for (let n = 0; n < 2000; n++) {
  let card = createEmptyCard(new Date(begin));
  let at = begin;
  const steps = [];
  for (let k = 0; k < 12; k++) {
    // Half of the histories have no other ratings than the program gives.
    const rating = n % 2 === 0 ? (chance() < 0.3 ? 1 : 3) : 1 + Math.floor(chance() * 4);
    if (k > 0) card.last_review = new Date(at - Math.round((at - card.last_review.getTime()) / (24 * hour)) * 24 * hour);
    card = f.next(card, new Date(at), rating).card;
    const later = new Date(at + 5 * 24 * hour);
    steps.push({
      rating, at, due: card.due.getTime(), days: card.scheduled_days,
      stability: card.stability, difficulty: card.difficulty, lapses: card.lapses,
      retrievability: f.get_retrievability(card, later, false),
    });
    at += pause(card.scheduled_days) * hour;
  }
  histories.push(steps);
}
writeFileSync(out, JSON.stringify({ version: FSRSVersion, histories }));
console.log(`fsrs: ${histories.length} histories by ${FSRSVersion}`);
