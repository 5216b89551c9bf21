"""What spark-submit is given: `spark-submit … shop_pipe_jobs_batch.py CONFIG.json`, password in SHOP_ETL_PASSWORD."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from shop_pipe_jobs.python_path import prefer_installed

prefer_installed()

from shop_pipe_jobs.batch.main import main

if __name__ == "__main__":
    sys.exit(main())
