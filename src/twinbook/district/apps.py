from django.apps import AppConfig


class DistrictConfig(AppConfig):
    name = "twinbook.district"
