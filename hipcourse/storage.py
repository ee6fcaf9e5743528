"""Where static files are kept for production: hashed names, compressed, modules that find one another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed static files, whose ES modules import one another by hashed names too.

    A module writes `import { createSolver } from "./solver.js";`, with the semicolon, at the top level; what the
    browser gets names the hashed file. Without that, a browser that kept an old solver.js for its year would run it
    with a new module around it.
    """

    support_js_module_import_aggregation = True
