// A decorator in the hook form: one more header on every answer. podspan --target 8087 --decorators ./hello-header.mjs
export default {
  name: 'hello-header',
  response({ fields }) {
    return { kind: 'response', fields: [...fields, { name: 'X-Hello', value: 'from podspan' }] }
  },
}
