import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expandTemplate, templateVariables, unknownVariables } from '../../../src/host/prompts/promptTemplate';

const values = { selection: 'let a;', language: 'ts', file: 'src/a.ts', problems: 'none' };

describe('a prompt template', () => {
  for (const [template, text] of [
    ['Explain ${selection} in ${language} of ${file}: ${problems}', 'Explain let a; in ts of src/a.ts: none'],
    ['${language}${language}', 'tsts'],
    ['no variables, $5 and {braces}', 'no variables, $5 and {braces}'],
    ['$${selection}', '${selection}'],
    ['$$${selection}', '$${selection}'],
    ['$${ ${language} $${', '${ ts ${'],
    ['${code} ${Selection} ${ selection } ${}', '${code} ${Selection} ${ selection } ${}'],
    ['${a${language}}', '${ats}'],
    ['${selection', '${selection'],
    ['$selection', '$selection'],
  ] as const) {
    it(`${template} becomes ${text}`, () => {
      assert.equal(expandTemplate(template, values).text, text);
    });
  }

  it('takes what a variable brings as text, whatever it looks like', () => {
    const hostile = { ...values, selection: "${file} $& $1 $' $${language} ${problems}" };
    assert.equal(expandTemplate('<${selection}>', hostile).text, `<${hostile.selection}>`);
  });

  it('says which variables it has used', () => {
    assert.deepEqual([...expandTemplate('${file} $${selection} ${nothing} ${file}', values).used], ['file']);
  });

  it('names what is no variable once, and nothing that was escaped', () => {
    assert.deepEqual(unknownVariables('${x} ${selection} ${x} $${y} ${Selection}'), ['${x}', '${Selection}']);
    assert.deepEqual(unknownVariables(templateVariables.map((name) => `\${${name}}`).join('')), []);
  });

  it('keeps any text without a dollar sign as it is', () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        const text = any.replaceAll('$', '');
        assert.equal(expandTemplate(text, values).text, text);
      }),
    );
  });

  it('says any text again whose `${` are all escaped', () => {
    const piece = fc.oneof(fc.constantFrom('${', '}', '${selection}', '{', '\\', '\n'), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        // A dollar before an escape would be read with it.
        const text = pieces.join('').replace(/\$(?!\{)/g, '');
        assert.equal(
          expandTemplate(
            text.replaceAll('${', () => '$${'),
            values,
          ).text,
          text,
        );
      }),
    );
  });
});
