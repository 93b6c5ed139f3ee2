/** What the address names after `#`, such as a camera, is still there after the log-in. */
const form = document.querySelector('form');
if (form) form.action = `login${location.hash}`;
