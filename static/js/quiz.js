// After a page load, take keyboard and screen reader to what is new: the feedback, or what is missing.
// Without this module the address ends in #feedback, which does nearly the same.

document.querySelector("[data-focus]")?.focus();
