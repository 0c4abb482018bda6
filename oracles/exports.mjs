// Reads exported questions with other people's programs, and prints what they make
// of them as JSON; the test of quizzes/exchange compares.
//
//   node exports.mjs FOLDER
//
// In the folder lie *.gift.txt (read by gift-pegjs), *.apkg (anki-reader), folders
// qti21, qti22 and qti30 with an item a file (2.1 and 2.2 are turned into 3.0 by
// qti-convert, which knows both; the item has to be the one of 3.0), and folders
// qti12 and moodle with whole files, for which nobody has a reader in JavaScript:
// those are read here, by what their descriptions say. All XML passes saxes first,
// which forgives nothing.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import gift from 'gift-pegjs';
import { readAnkiPackage } from 'anki-reader';
import { convertQti2toQti3 } from '@citolab/qti-convert/qti-convert-node';
import { SaxesParser } from 'saxes';

// A question is {name, stem, options: [{text, right, why}], right, wrong, value,
// tolerance, note}; what doesn't belong to its type is missing.

// parse makes elements {name, attr, of} of XML that is well-formed.
function parse(xml) {
  const root = { name: '', attr: {}, of: [] };
  const open = [root];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (err) => { throw err; });
  parser.on('opentag', (tag) => {
    const attr = Object.fromEntries(Object.values(tag.attributes).map((a) => [a.local, a.value]));
    const element = { name: tag.local, space: tag.uri, attr, of: [] };
    open.at(-1).of.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  const text = (t) => open.at(-1).of.push(t);
  parser.on('text', text);
  parser.on('cdata', text);
  parser.write(xml).close();
  return root.of.find((e) => e.name);
}

// all finds elements of a name, wherever they are; first finds one.
const all = (e, name) => e.of.flatMap((c) => (c.name ? [...(c.name === name ? [c] : []), ...all(c, name)] : []));
function first(e, name) {
  const found = all(e, name)[0];
  if (!found) throw new Error(`<${e.name}> has no <${name}>`);
  return found;
}
const child = (e, name) => e.of.find((c) => c.name === name);

// words is the text of an element, with a space where a line breaks.
const words = (e, but = () => false) => e.of.map((c) => {
  if (!c.name) return c;
  if (but(c.name)) return '';
  return ['br', 'p', 'qti-feedback-inline'].includes(c.name) ? ` ${words(c, but)} ` : words(c, but);
}).join('');

// shown is the text of HTML that is well-formed but for what has no end.
const shown = (html) => words(parse(`<div>${html.replace(/<(br|img)([^>]*?)\/?>/g, '<$1$2/>').replaceAll('&nbsp;', '\u00a0')}</div>`));

function readGift(text) {
  return gift.parse(text).filter((q) => q.type !== 'Category').map((q) => {
    const one = { name: q.title, stem: q.stem.text, note: q.globalFeedback?.text };
    const why = (feedback) => feedback?.text ?? '';
    switch (q.type) {
      case 'MC':
        one.options = q.choices.map((c) => ({ text: c.text.text, right: c.isCorrect || c.weight > 0, why: why(c.feedback) }));
        break;
      case 'TF': // the first feedback is for who is wrong, whatever the reader calls it
        one.options = [true, false].map((said) => ({ text: said ? 'True' : 'False', right: q.isTrue === said, why: why(q.isTrue === said ? q.falseFeedback : q.trueFeedback) }));
        break;
      case 'Short':
        one.right = q.choices.filter((c) => c.weight !== 0).map((c) => c.text.text);
        one.wrong = q.choices.filter((c) => c.weight === 0).map((c) => c.text.text);
        break;
      case 'Numerical': {
        const { number, range } = Array.isArray(q.choices) ? q.choices[0].text : q.choices;
        Object.assign(one, { value: number, tolerance: range ?? 0 });
        break;
      }
      default:
        throw new Error(`${q.title} is of the type ${q.type}`);
    }
    return one;
  });
}

async function readAnki(bytes) {
  const { collection, media } = await readAnkiPackage(new Blob([bytes]));
  const sound = collection.getRawCollection().exec('PRAGMA integrity_check')[0].values[0][0];
  if (sound !== 'ok') throw new Error(`the collection is damaged: ${sound}`);
  const cards = Object.values(collection.getDecks()).flatMap((deck) => Object.values(deck.getCards()));
  return cards.map((card) => {
    const f = Object.fromEntries(Object.entries(card.getFields()).map(([key, value]) => [key, shown(value)]));
    const one = { name: f.id, stem: f.stem, note: f.explanation };
    const right = f.answer.split(/[ ,|]+/);
    if (f['option a']) {
      one.options = ['a', 'b', 'c', 'd', 'e'].filter((o) => f[`option ${o}`]).map((o) => ({ text: f[`option ${o}`], right: right.includes(o), why: f[`why ${o}`] }));
    } else {
      const list = (text) => text.split(' | ').filter(Boolean).map((t) => t.replace(/\\([\\|])/g, '$1'));
      one.right = [f.answer, ...list(f.accept)];
      one.wrong = list(f.reject);
    }
    one.picture = Boolean(f.image || all(parse(`<div>${card.getFields().stem?.replace(/<(br|img)([^>]*?)\/?>/g, '<$1$2/>') ?? ''}</div>`), 'img').length);
    if (one.picture && Object.keys(media).length === 0) throw new Error(`${f.id} has a picture that isn't in the package`);
    return one;
  });
}

// readQti reads an item of QTI 3.0.
function readQti(item) {
  const declared = first(item, 'qti-response-declaration');
  const correct = all(first(declared, 'qti-correct-response'), 'qti-value').map((v) => words(v));
  const body = first(item, 'qti-item-body');
  const interaction = (name) => name.endsWith('-interaction');
  const one = { name: item.attr.identifier, stem: words(body, interaction), note: all(item, 'qti-modal-feedback').map((f) => words(f)).join(' ') };
  const choices = all(body, 'qti-simple-choice');
  const score = all(first(item, 'qti-response-processing'), 'qti-set-outcome-value').filter((s) => s.attr.identifier === 'SCORE');
  if (score.length !== 1) throw new Error(`${one.name} sets its score ${score.length} times`);
  if (choices.length > 0) {
    one.options = choices.map((c) => ({ text: words(c, (n) => n === 'qti-feedback-inline'), right: correct.includes(c.attr.identifier), why: all(c, 'qti-feedback-inline').map((f) => words(f)).join('') }));
    if (declared.attr.cardinality !== (correct.length > 1 ? 'multiple' : 'single') && correct.length !== 1) throw new Error(`${one.name} has ${correct.length} right options and is ${declared.attr.cardinality}`);
  } else if (declared.attr['base-type'] === 'float') {
    const equal = first(item, 'qti-equal');
    Object.assign(one, { value: Number(correct[0]), tolerance: Number((equal.attr.tolerance ?? '0').split(' ')[0]) });
  } else {
    const entries = all(declared, 'qti-map-entry');
    const worth = (more) => entries.filter((e) => (Number(e.attr['mapped-value']) > 0) === more).map((e) => e.attr['map-key']);
    Object.assign(one, { right: worth(true), wrong: worth(false) });
  }
  return one;
}

// plain is an element without what may differ between two writers.
const plain = (e) => [e.name, Object.entries(e.attr).filter(([key]) => key !== 'schemaLocation').sort(), e.of.map((c) => (c.name ? plain(c) : c.trim())).filter((c) => c !== '')];

// readMoodle reads Moodle's XML.
function readMoodle(quiz) {
  const text = (e) => words(first(e, 'text'));
  return quiz.of.filter((c) => c.name === 'question' && c.attr.type !== 'category').map((q) => {
    const html = child(q, 'questiontext').attr.format === 'html';
    const said = (e) => (e.attr.format === 'html' ? shown(text(e)) : text(e));
    const one = { name: text(child(q, 'name')), stem: html ? shown(text(child(q, 'questiontext'))) : text(child(q, 'questiontext')), note: said(child(q, 'generalfeedback')) };
    const answers = all(q, 'answer').map((a) => ({ text: said({ ...a, of: a.of.filter((c) => c.name !== 'feedback') }), right: Number(a.attr.fraction) > 0, why: said(child(a, 'feedback')), a }));
    switch (q.attr.type) {
      case 'multichoice':
        one.options = answers.map(({ text, right, why }) => ({ text, right, why }));
        break;
      case 'truefalse':
        one.options = answers.map(({ text, right, why }) => ({ text: { true: 'True', false: 'False' }[text], right, why }));
        break;
      case 'shortanswer':
        Object.assign(one, { right: answers.filter((a) => a.right).map((a) => a.text), wrong: answers.filter((a) => !a.right).map((a) => a.text) });
        break;
      case 'numerical':
        Object.assign(one, { value: Number(answers[0].text), tolerance: Number(words(child(answers[0].a, 'tolerance'))) });
        break;
      default:
        throw new Error(`${one.name} is of the type ${q.attr.type}`);
    }
    return one;
  });
}

// readQti12 reads QTI 1.2 as Canvas writes it.
function readQti12(document) {
  return all(document, 'item').map((item) => {
    const html = (e) => shown(words(first(e, 'mattext')));
    const feedback = (id) => all(item, 'itemfeedback').filter((f) => f.attr.ident === id).map(html).join('');
    const one = { name: item.attr.ident, stem: html(child(first(item, 'presentation'), 'material')), note: feedback('general_fb') };
    const scored = (points) => all(item, 'respcondition').filter((c) => all(c, 'setvar').some((s) => words(s) === points)).map((c) => first(c, 'conditionvar'));
    const labels = all(item, 'render_choice').flatMap((r) => all(r, 'response_label'));
    const negated = (c) => all(c, 'not').flatMap((n) => all(n, 'varequal')).map((v) => words(v));
    const equal = (c) => all(c, 'varequal').map((v) => words(v)).filter((v) => !negated(c).includes(v));
    if (labels.length > 0) {
      const right = equal(scored('100')[0]);
      one.options = labels.map((l) => ({ text: html(l), right: right.includes(l.attr.ident), why: feedback(`${l.attr.ident}_fb`) }));
    } else if (all(item, 'vargte').length > 0) {
      one.value = Number(equal(scored('100')[0])[0]);
      one.tolerance = (Number(words(first(item, 'varlte'))) - Number(words(first(item, 'vargte')))) / 2;
    } else {
      Object.assign(one, { right: scored('100').flatMap(equal), wrong: scored('0').flatMap(equal) });
    }
    return one;
  });
}

// Something wrong has to be found, or nothing here means anything.
for (const bad of ['<a><b></a>', '<a x="1" x="2"/>', '<a>&nbsp;</a>', '<a>\u0001</a>', '<a><x:b/></a>']) {
  let refused = false;
  try {
    parse(bad);
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`nothing wrong was found in ${bad}`);
}
for (const bad of ['::a::x{', '::a::x{=a ~b', '::a::x{=a}y{=b}']) {
  let refused = false;
  try {
    gift.parse(bad);
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`nothing wrong was found in ${bad}`);
}

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node exports.mjs FOLDER');
  process.exit(2);
}
const read = (...path) => readFileSync(join(folder, ...path), 'utf8');
const names = (...path) => readdirSync(join(folder, ...path)).sort();
const found = { gift: [], anki: [], qti12: [], qti21: [], qti22: [], qti30: [], moodle: [] };
for (const name of names()) {
  if (name.endsWith('.gift.txt')) found.gift.push(...readGift(read(name)));
  if (name.endsWith('.apkg')) found.anki.push(...await readAnki(readFileSync(join(folder, name))));
}
for (const name of names('qti12')) found.qti12.push(...readQti12(parse(read('qti12', name))));
for (const name of names('moodle')) found.moodle.push(...readMoodle(parse(read('moodle', name))));
for (const name of names('qti30')) found.qti30.push(readQti(parse(read('qti30', name))));
for (const version of ['qti21', 'qti22']) {
  for (const name of names(version)) {
    parse(read(version, name));
    const item = parse(await convertQti2toQti3(read(version, name)));
    const ours = parse(read('qti30', name));
    if (JSON.stringify(plain(item)) !== JSON.stringify(plain(ours))) {
      throw new Error(`${version}/${name} becomes another item of 3.0 than ours:\n${JSON.stringify(plain(item))}\n${JSON.stringify(plain(ours))}`);
    }
    found[version].push(readQti(item));
  }
}
console.log(JSON.stringify(found));
