// The editor of a definition. Monaco comes from our own static files and is loaded here only; BlazorMonaco's component is
// not used because it would send every key and mouse move to the server, where a text is wanted once somebody pauses.
const files = '_content/BlazorMonaco/lib/monaco-editor/min/vs';
const pauseMs = 250;
const modelUri = 'bizq://agent/definition.json';
let loading;

function load() {
  const script = source => new Promise((done, failed) => {
    const element = document.createElement('script');
    element.src = new URL(source, document.baseURI).href;
    element.onload = done;
    element.onerror = () => failed(new Error(`${source} could not be loaded`));
    document.head.append(element);
  });
  loading ??= (async () => {
    await script(`${files}/loader.js`);
    window.require.config({ paths: { vs: new URL(files, document.baseURI).href } });
    await new Promise((done, failed) => window.require(['vs/editor/editor.main'], done, failed));
    return window.monaco;
  })();
  return loading;
}

function readDraft(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

function dress(monaco) {
  const root = document.documentElement;
  const colour = name => getComputedStyle(root).getPropertyValue(name).trim();
  const bare = name => colour(name).replace('#', '');
  const dark = root.dataset.theme === 'dark';
  monaco.editor.defineTheme('bizq', {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: 'string.key.json', foreground: bare('--accent') },
      { token: 'string.value.json', foreground: bare('--text') },
      { token: 'number.json', foreground: bare('--good') },
      { token: 'keyword.json', foreground: bare('--warn') },
      { token: 'delimiter', foreground: bare('--muted') },
    ],
    colors: {
      'editor.background': colour('--surface'),
      'editor.foreground': colour('--text'),
      'editorLineNumber.foreground': colour('--muted'),
      'editorLineNumber.activeForeground': colour('--text'),
      'editor.lineHighlightBackground': colour('--hover'),
      'editor.lineHighlightBorder': colour('--hover'),
      'editorIndentGuide.background': colour('--line'),
      'editorWidget.background': colour('--raised'),
      'editorWidget.border': colour('--line-strong'),
      'editorHoverWidget.background': colour('--raised'),
      'editorSuggestWidget.background': colour('--raised'),
      'editorError.foreground': colour('--bad'),
      'editorBracketHighlight.foreground1': colour('--muted'),
      'editorBracketHighlight.foreground2': colour('--muted'),
      'editorBracketHighlight.foreground3': colour('--muted'),
      'focusBorder': colour('--accent'),
    },
  });
  monaco.editor.setTheme('bizq');
}

/** A plain text area behind the same few methods as Monaco. */
function plain(area) {
  const offsetOf = (line, column) => area.value.split('\n').slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  area.readOnly = false;
  return {
    get: () => area.value,
    set: text => { area.value = text; area.dispatchEvent(new Event('input')); },
    onChange: heard => area.addEventListener('input', heard),
    mark: () => {},
    show: (line, column, endLine, endColumn) => {
      area.focus();
      area.setSelectionRange(offsetOf(line, column), offsetOf(endLine, endColumn));
      area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(area).lineHeight));
    },
    close: () => {},
  };
}

async function rich(host, area, text, schema, save) {
  const monaco = await load();
  dress(monaco);
  const watch = new MutationObserver(() => dress(monaco));
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  monaco.languages.json.jsonDefaults.setDiagnosticsOptions({
    validate: true,
    // The server says what is wrong, and knows more; the schema is here for completion and for hovering.
    schemaValidation: 'ignore',
    schemaRequest: 'ignore',
    enableSchemaRequest: false,
    schemas: [{ uri: 'bizq://schema/agent.json', fileMatch: [modelUri], schema: JSON.parse(schema) }],
  });
  const uri = monaco.Uri.parse(modelUri);
  monaco.editor.getModel(uri)?.dispose();
  const model = monaco.editor.createModel(text, 'json', uri);
  model.updateOptions({ tabSize: 2, insertSpaces: true });
  area.hidden = true;
  area.style.display = 'none';
  const editor = monaco.editor.create(host, {
    model,
    theme: 'bizq',
    automaticLayout: true,
    fontSize: 13,
    lineHeight: 19,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    wordWrap: 'on',
    wrappingIndent: 'deepIndent',
    renderLineHighlight: 'line',
    bracketPairColorization: { enabled: false },
    padding: { top: 8, bottom: 8 },
    stickyScroll: { enabled: false },
    quickSuggestions: { strings: true, other: true, comments: false },
    suggest: { showWords: false },
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
    overviewRulerBorder: false,
    ariaLabel: 'Definition, as JSON. Press Ctrl+M to let Tab leave the editor.',
  });
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, save);
  return {
    get: () => model.getValue(),
    set: replaced => {
      editor.pushUndoStop();
      editor.executeEdits('bizq', [{ range: model.getFullModelRange(), text: replaced }]);
      editor.pushUndoStop();
    },
    onChange: heard => model.onDidChangeContent(heard),
    mark: markers => monaco.editor.setModelMarkers(model, 'bizq', markers.map(marker => ({ ...marker, severity: monaco.MarkerSeverity.Error }))),
    show: (line, column, endLine, endColumn) => {
      const range = { startLineNumber: line, startColumn: column, endLineNumber: endLine, endColumn };
      editor.setSelection(range);
      editor.revealRangeInCenterIfOutsideViewport(range);
      editor.focus();
    },
    close: () => { watch.disconnect(); editor.dispose(); model.dispose(); },
  };
}

export async function open(page, host, { text, schema, draftKey, base }) {
  const draft = readDraft(draftKey);
  const restored = draft !== null && typeof draft.text === 'string' && draft.text !== text;
  let savedText = text;
  const area = host.querySelector('textarea');
  area.value = restored ? draft.text : text;
  if (restored) base = draft.base ?? base;
  const save = () => page.invokeMethodAsync('SaveKey');

  let editor;
  if (matchMedia('(min-width: 721px)').matches) {
    try { editor = await rich(host, area, area.value, schema, save); }
    catch (problem) { console.warn('The plain editor is used:', problem); }
  }
  editor ??= plain(area);

  const bytes = () => new TextEncoder().encode(editor.get());
  const keep = () => {
    try {
      const now = editor.get();
      if (now === savedText) localStorage.removeItem(draftKey);
      else localStorage.setItem(draftKey, JSON.stringify({ text: now, base, at: new Date().toISOString() }));
    } catch { /* no room or a private window: the draft lives as long as this page */ }
  };
  let timer = 0;
  let telling = Promise.resolve();
  // A server that cannot be reached just now hears of the next pause; the draft is kept here either way.
  const tell = () => { telling = telling.then(() => page.invokeMethodAsync('Typed', DotNet.createJSStreamReference(bytes()))).catch(problem => console.debug(problem)); };
  const changed = () => { clearTimeout(timer); timer = setTimeout(() => { keep(); tell(); }, pauseMs); };
  editor.onChange(changed);

  // Ctrl+S anywhere on the page; inside Monaco its own command is quicker.
  const pressed = event => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 's') {
      event.preventDefault();
      if (!event.target.closest?.('.monaco-editor')) save();
    }
  };
  const leaving = () => keep();
  document.addEventListener('keydown', pressed);
  window.addEventListener('pagehide', leaving);

  return {
    opened: () => ({ restored, base: restored ? draft.base : base, at: restored ? draft.at : null }),
    text: bytes,
    replace: replaced => editor.set(replaced),
    saved: newBase => { savedText = editor.get(); base = newBase; keep(); },
    rebase: newBase => { base = newBase; keep(); },
    mark: markers => editor.mark(markers),
    show: (line, column, endLine, endColumn) => editor.show(line, column, endLine, endColumn),
    close: () => {
      clearTimeout(timer);
      keep();
      document.removeEventListener('keydown', pressed);
      window.removeEventListener('pagehide', leaving);
      editor.close();
    },
  };
}
