// What the admin's scripts make in a page, mended for who hears it: see cinema/skin.py.
"use strict";
function mend() {
    for (const list of document.querySelectorAll("ul.select2-selection__rendered")) list.setAttribute("role", "none");
    for (const field of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
        const label = field.closest(".select2")?.previousElementSibling?.labels?.[0];
        if (label) field.setAttribute("aria-label", label.textContent.trim());
    }
    for (const hint of document.querySelectorAll(".help-tooltip[aria-label]")) hint.setAttribute("role", "img");
}
addEventListener("load", () => setTimeout(mend)); // after what others do then
document.addEventListener("formset:added", () => setTimeout(mend));
