// What the server wrote into the page: token, language, version, editor link, what is allowed.

export const boot = JSON.parse(document.getElementById('studio')?.textContent ?? '{}');
