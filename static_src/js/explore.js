// On a phone the categories scroll sideways: the one that is chosen comes into view.
document.querySelector(".fo-pills [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
