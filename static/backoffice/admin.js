// Accessibility patches for elements that the admin's scripts create; see backoffice/framework/unfold_patches.py.
"use strict";
function patch() {
    for (const list of document.querySelectorAll("ul.select2-selection__rendered")) list.setAttribute("role", "none");
    for (const value of document.querySelectorAll(".select2-selection__rendered[role=textbox]")) {
        const label = value.closest(".select2")?.previousElementSibling?.labels?.[0];
        if (!label) continue;
        label.id ||= `${value.id}-label`;
        value.closest("[role=combobox]").setAttribute("aria-labelledby", `${label.id} ${value.id}`);
        value.setAttribute("role", "none"); // a text of the field, not one more field
        value.removeAttribute("aria-readonly");
    }
    for (const field of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
        const label = field.closest(".select2")?.previousElementSibling?.labels?.[0];
        if (label) field.setAttribute("aria-label", label.textContent.trim());
    }
    for (const hint of document.querySelectorAll(".help-tooltip[aria-label]")) hint.setAttribute("role", "img");
}
addEventListener("load", () => setTimeout(patch)); // after the handlers of other scripts
document.addEventListener("formset:added", () => setTimeout(patch));
